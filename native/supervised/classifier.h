// A network with a linear classifier, trained with labels: the same whether its backbone is frozen
// or moves too.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "checkpoint/names.h"
#include "models/encoder.h"
#include "options/supervised.h"
#include "train/learner.h"
#include "train/updater.h"

namespace rdm {

class Classifier : public Learner {
 public:
  // Cross-entropy of classify().
  StepResult step(const DeviceBatch& batch, Position at) override;
  int64_t steps_per_epoch() const override { return updater_->steps_per_epoch(); }

  int64_t checkpoint_bytes() const override;
  void save(Checkpoint& into) override;
  void load(const Checkpoint& from, const std::string& path) override;

 protected:
  // Random weights; classes: C.
  Classifier(const ClassifierOptions& options, int64_t classes, double label_smoothing = 0);

  // Takes the backbone of this file; the classifier stays as it was drawn. Returns what it holds.
  Backbone take_backbone(const std::string& path);

  // A group with what options have for all; its rate is the run's, for the images of a batch.
  OptimizerGroup parameter_group(std::vector<torch::Tensor> parameters) const;

  // Once the network is in place; batches: of an epoch.
  void optimise(std::vector<OptimizerGroup> groups, int64_t batches, torch::Device device,
                Group* group);

  // Between backward pass and update.
  virtual void adjust(Optimizer& optimizer) {}

  Encoder network() const { return network_; }

 private:
  const ClassifierOptions& options_;
  double label_smoothing_;
  Encoder network_;
  std::optional<Updater> updater_;
};

}  // namespace rdm
