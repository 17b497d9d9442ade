// What pretraining trains: the method, the online classifier beside it, and their optimiser.
#pragma once
#include <memory>
#include <optional>

#include "checkpoint/checkpoint.h"
#include "device/feed.h"
#include "distributed/reducer.h"
#include "methods/method.h"
#include "methods/online_classifier.h"
#include "optim/grad_scaler.h"
#include "optim/sgd.h"
#include "options/options.h"

namespace rdm {

struct StepResult {
  torch::Tensor loss;             // the method's alone; scalar, on the device
  Compared first;                 // the first pair, (N, D) a branch
  torch::Tensor logits;           // (2N, C); undefined without an online classifier
  torch::Tensor momentum_logits;  // (2N, C); undefined without a momentum classifier
};

class Learner {
 public:
  // classes: C, of the online classifier; batches: of an epoch. Every rank of a group begins with
  // the weights of the first.
  Learner(const PretrainOptions& options, int64_t classes, int64_t batches, torch::Device device,
          Group* group);

  // One batch forward and backward; with the last of --accumulate batches, one update. Nothing here
  // waits for the device.
  StepResult step(const DeviceBatch& batch, int64_t epoch, int64_t step);
  bool between_updates(int64_t next_step) const { return next_step % accumulate_ == 0; }
  int64_t steps_per_epoch() const { return schedule_.updates_per_epoch * accumulate_; }

  FiniteGuard& guard() { return guard_; }
  double lr() const { return optimizer_.groups().front().lr; }  // of the latest update
  int64_t parameters() const;

  torch::Tensor features(const torch::Tensor& images);  // (N, 3, S, S) to the backbone's (N, F)
  torch::Tensor classify(const torch::Tensor& images);  // (N, 3, S, S) to the online logits (N, C)
  void train(bool on) { method_->module().train(on); }

  void save(Checkpoint& into);
  void load(const Checkpoint& checkpoint, const std::string& source);  // on every rank

 private:
  void join(Group& group);
  Sgd make_optimizer(const PretrainOptions& options) const;
  void update(int64_t epoch, int64_t update);

  Group* group_;
  std::unique_ptr<Method> method_;
  OnlineClassifier classifier_{nullptr};  // registered in the method's module
  Sgd optimizer_;
  std::optional<GradScaler> scaler_;  // fp16 alone
  FiniteGuard guard_;
  Schedule schedule_;
  Precision precision_;
  int64_t accumulate_;
  std::optional<GradientReducer> reducer_;  // none where the process is alone
};

}  // namespace rdm
