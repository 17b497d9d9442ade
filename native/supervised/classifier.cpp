#include "supervised/classifier.h"

#include <torch/torch.h>

#include "device/device.h"
#include "models/linear_probe.h"
#include "models/weights.h"
#include "run/output.h"
#include "train/whole_network.h"

namespace rdm {

Classifier::Classifier(const ClassifierOptions& options, int64_t classes, double label_smoothing)
    : options_(options),
      label_smoothing_(label_smoothing),
      network_(classifying_network(options, classes)) {}

Backbone Classifier::take_backbone(const std::string& path) {
  auto held = load_backbone(path, options_.arch);
  refuse_other_input(held.weights, options_, path);
  load_backbone_weights(*network_, held.weights, path);
  return held;
}

OptimizerGroup Classifier::parameter_group(std::vector<torch::Tensor> parameters) const {
  OptimizerGroup group;
  group.parameters = std::move(parameters);
  group.lr = group.initial_lr = initial_lr(options_.lr, options_.global_batch());
  group.momentum = options_.momentum;
  group.weight_decay = options_.weight_decay;
  return group;
}

void Classifier::optimise(std::vector<OptimizerGroup> groups, int64_t batches, torch::Device device,
                          Group* group) {
  auto schedule = options_.schedule;
  schedule.epochs = options_.epochs;
  schedule.updates_per_epoch = batches;
  std::vector<torch::Tensor> moved;
  for (const auto& one : groups) {
    moved.insert(moved.end(), one.parameters.begin(), one.parameters.end());
  }
  updater_.emplace(std::move(groups), std::move(schedule), /*accumulate=*/1, options_.precision,
                   device);
  if (group) updater_->share(std::move(moved), *group);
}

StepResult Classifier::step(const DeviceBatch& batch, Position at) {
  updater_->begin(at);
  torch::Tensor logits;
  {
    const Autocast autocast(batch.labels.device(), options_.precision);
    logits = classify(batch.views[0]);
  }
  const auto loss = torch::cross_entropy_loss(logits.to(torch::kFloat32), batch.labels,
                                              /*weight=*/{}, at::Reduction::Mean,
                                              /*ignore_index=*/-100, label_smoothing_);
  updater_->backward(loss, at);
  adjust(updater_->optimizer());
  updater_->update();
  StepResult result;
  result.loss = loss.detach();
  result.logits = logits.detach();
  result.lr = updater_->lr();
  result.raised = updater_->raised();
  return result;
}

int64_t Classifier::checkpoint_bytes() const {
  return bytes_of(state_dict(*network_)) + updater_->momentum_bytes();
}

void Classifier::save(Checkpoint& into) {
  into.state_dict = state_dict(*network_);
  updater_->save(into);
}

void Classifier::load(const Checkpoint& from, const std::string& path) {
  load_state_dict(*network_, from.state_dict, "", path);
  updater_->load(from, path);
}

}  // namespace rdm
