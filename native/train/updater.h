// From a loss to moved weights, the same whatever is trained: rates by the schedule, gradients
// added over batches, averaged over the ranks and, in float16, scaled; and nothing moves from the
// first loss or gradient on that is not finite.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "distributed/reducer.h"
#include "optim/grad_scaler.h"
#include "optim/optimizer.h"
#include "options/options.h"
#include "run/run_state.h"

namespace rdm {

class Updater {
 public:
  // accumulate: batches to an update.
  Updater(std::vector<OptimizerGroup> groups, Schedule schedule, int64_t accumulate,
          Precision precision, torch::Device device);

  // Gradients of `parameters` are averaged over the ranks from here on.
  void share(std::vector<torch::Tensor> parameters, Group& group);

  void begin(Position at);  // before the forward pass
  // loss: the batch's mean. Once an update is complete, its gradients stand as they are meant:
  // averaged and unscaled.
  void backward(const torch::Tensor& loss, Position at);
  // What a batch rests on is sound, (), bool, on the device; else its update is left out.
  void rests_on(const torch::Tensor& sound);
  int64_t
  take_left_out();  // batches since the last call; waits for the device if there may be some
  bool completes(Position at) const { return (at.step + 1) % accumulate_ == 0; }
  void update();

  // Updates that are made once that of `at` is, and those of the whole run.
  int64_t updates(Position at) const;
  int64_t total() const { return schedule_.epochs * schedule_.updates_per_epoch; }
  int64_t steps_per_epoch() const { return schedule_.updates_per_epoch * accumulate_; }
  int64_t steps_per_update() const { return accumulate_; }

  double lr() const { return optimizer_.groups().front().lr; }  // of the latest update
  const torch::Tensor& raised() const { return guard_.raised(); }
  Optimizer& optimizer() { return optimizer_; }

  int64_t momentum_bytes() const;  // once every parameter has its momentum
  void save(Checkpoint& into);
  void load(const Checkpoint& from, const std::string& path);

 private:
  Optimizer optimizer_;
  Schedule schedule_;
  int64_t accumulate_;
  FiniteGuard guard_;
  std::optional<StepsLeftOut> left_out_;      // where something may be not sound
  std::optional<GradScaler> scaler_;          // fp16 alone
  std::unique_ptr<GradientReducer> reducer_;  // none where the process is alone
};

}  // namespace rdm
