// What the loop trains: a self-supervised method, or a linear classifier on a frozen backbone.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>

#include "base/event.h"
#include "checkpoint/checkpoint.h"
#include "device/feed.h"
#include "methods/compared.h"
#include "run/run_state.h"

namespace rdm {

// Everything in here stays on the device until a logging step.
struct StepResult {
  torch::Tensor loss;             // scalar
  torch::Tensor logits;           // (V·N, C), view after view; undefined without a classifier
  torch::Tensor momentum_logits;  // (V·N, C); undefined without a momentum classifier
  Compared first;                 // a method's first pair, (N, D) a branch
  double lr = 0;                  // of the update
  torch::Tensor raised;           // (1), float32: 1 from the first value on that was not finite
};

class Learner {
 public:
  virtual ~Learner() = default;

  // The weights that training begins with are in place, on every rank.
  virtual void begin() = 0;

  // One batch forward and backward, and the update that it completes. Nothing here waits for the
  // device.
  virtual StepResult step(const DeviceBatch& batch, Position at) = 0;
  virtual int64_t steps_per_epoch() const = 0;
  virtual int64_t steps_per_update() const { return 1; }

  // What the rank monitor makes of a step where it is due. Waits for the device; every rank of a
  // group takes part, and the others get nothing.
  virtual std::optional<RankEvent> measure(const StepResult& result, Position at) { return {}; }

  // Where the run reads its meters: what had to be changed for the steps to come, since steps
  // before could not be taken. May wait for the device; every rank of a group is told alike.
  virtual std::optional<WarningEvent> adapt() { return {}; }

  // Images (N, 3, S, S) to the backbone's features (N, F) and to a classifier's logits (N, C),
  // while train(false) holds.
  virtual torch::Tensor features(const torch::Tensor& images) = 0;
  virtual torch::Tensor classify(const torch::Tensor& images) = 0;
  virtual void train(bool on) = 0;

  // After an epoch: that nothing moved which must not. Throws where it did.
  virtual std::optional<SanityCheckEvent> check() { return {}; }

  virtual int64_t checkpoint_bytes()
      const = 0;  // of the tensors in one, also before the first step
  virtual void save(Checkpoint& into) = 0;
  virtual void load(const Checkpoint& from, const std::string& path) = 0;  // on every rank
};

}  // namespace rdm
