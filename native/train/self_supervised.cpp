#include "train/self_supervised.h"

#include <torch/torch.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "checkpoint/names.h"
#include "device/device.h"
#include "methods/table.h"
#include "models/weights.h"
#include "run/output.h"
#include "train/rank_monitor.h"
#include "train/whole_network.h"

namespace rdm {
namespace {

Schedule whole_schedule(const PretrainOptions& options, int64_t batches) {
  auto schedule = options.schedule;
  schedule.epochs = options.epochs;
  schedule.updates_per_epoch = batches / options.accumulate;
  RDM_CHECK(schedule.updates_per_epoch > 0, Code::usage, "--accumulate ", options.accumulate,
            " asks for more batches than an epoch has (", batches, ")");
  return schedule;
}

}  // namespace

SelfSupervised::SelfSupervised(const PretrainOptions& options, int64_t classes, int64_t batches,
                               torch::Device device, Group* group)
    : group_(group),
      method_(make_method(options.method)),
      precision_(options.precision),
      rank_every_(options.rank_every),
      backbone_(options),
      head_warmup_epochs_(options.head_warmup_epochs) {
  const auto schedule = whole_schedule(options, batches);
  if (options.online_classifier) {
    const int64_t width = feature_dim(options.arch);
    classifier_ = OnlineClassifier(width, classes, options.momentum_classifier);
    method_->module().register_module("classifier", classifier_.ptr());
  }
  auto& module = method_->module();
  module.to(device);
  to_channels_last(module);
  if (group) start_alike(module, *group);
  updater_.emplace(parameter_groups(options), schedule, options.accumulate, precision_, device);
  if (group) updater_->share(module.parameters(), *group);
}

InitEvent SelfSupervised::take_backbone(const std::string& path) {
  auto held = load_backbone(path, backbone_.arch);
  refuse_other_input(held.weights, backbone_, path);
  load_backbone_weights(*method_->encoder(), held.weights, path);
  method_->restart();
  held.left.insert(held.left.end(), held.heads.begin(), held.heads.end());
  return {path, held.kind, std::move(held.taken), std::move(held.left)};
}

// No gradient reaches it, so that its backward pass is left out and no update moves it; and its
// batch norms take what they have learned (of the momentum network too): it gives what evaluation
// sees of it, and is afterwards what it was, to the last bit.
void SelfSupervised::freeze_backbone(bool frozen) {
  frozen_ = frozen;
  train(true);
  for (auto& parameter : method_->encoder()->backbone_parameters()) {
    parameter.set_requires_grad(!frozen);
  }
  if (group_) updater_->share(method_->module().parameters(), *group_);
}

void SelfSupervised::train(bool on) {
  method_->module().train(on);
  if (!frozen_) return;
  for (const auto& network : method_->module().children()) {
    if (auto* encoder = network->as<EncoderImpl>()) encoder->eval_backbone();
  }
}

// The online backbone's parameters, where it has a rate of its own: behind the heads', whose rate
// is the run's.
std::vector<OptimizerGroup> SelfSupervised::parameter_groups(const PretrainOptions& options) const {
  const int64_t images = options.global_batch() * options.accumulate;
  OptimizerGroup common;
  common.momentum = options.momentum;
  common.weight_decay = common.initial_weight_decay = options.weight_decay;
  std::vector<OptimizerGroup> groups;
  const auto add = [&](std::vector<torch::Tensor> parameters, double lr, bool fix_lr,
                       double lr_factor = 1) {
    auto group = common;
    group.parameters = std::move(parameters);
    group.lr = group.initial_lr = initial_lr(lr, images);
    group.fix_lr = fix_lr;
    group.lr_factor = lr_factor;
    std::ranges::move(groups_of(std::move(group), options), std::back_inserter(groups));
  };
  std::vector<torch::Tensor> backbone;
  if (options.backbone_lr_factor != 1) backbone = method_->encoder()->backbone_parameters();
  for (auto& [parameters, fix_lr] : method_->parameter_groups()) {
    std::erase_if(parameters, [&](const torch::Tensor& parameter) {
      return std::ranges::any_of(backbone, [&](const auto& of) { return of.is_same(parameter); });
    });
    add(std::move(parameters), options.lr, fix_lr);
  }
  if (!backbone.empty()) {
    add(std::move(backbone), options.lr, false, options.backbone_lr_factor);
  }
  if (!classifier_.is_empty()) add(classifier_->parameters(), options.classifier_lr, false);
  return groups;
}

StepResult SelfSupervised::step(const DeviceBatch& batch, Position at) {
  if (const bool frozen = at.epoch < head_warmup_epochs_; frozen != frozen_) {
    freeze_backbone(frozen);
  }
  const auto still = method_->begin(at.epoch);
  updater_->begin(at);
  StepResult result;
  torch::Tensor total;
  {
    const Autocast autocast(batch.labels.device(), precision_);
    const auto output = method_->forward(batch.views, group_);
    total = output.loss;
    result.loss = output.loss.detach();
    result.first = output.first;
    if (!classifier_.is_empty()) {
      const auto scores = classifier_->forward(output, batch.labels);
      total = total + scores.loss;
      result.logits = scores.logits;
      result.momentum_logits = scores.momentum_logits;
    }
  }
  if (result.first.sound.defined()) updater_->rests_on(result.first.sound);
  updater_->backward(total, at);
  for (const auto& parameter : still) parameter.mutable_grad().reset();
  if (updater_->completes(at)) {
    updater_->update();
    method_->after_update(updater_->updates(at), updater_->total());
  }
  result.lr = updater_->lr();
  result.raised = updater_->raised();
  return result;
}

std::optional<RankEvent> SelfSupervised::measure(const StepResult& result, Position at) {
  if (at.step % rank_every_ != 0) return std::nullopt;
  return measure_rank(result.first, at.epoch, at.step, group_);
}

std::optional<WarningEvent> SelfSupervised::adapt() {
  const int64_t steps = updater_->take_left_out();
  if (steps == 0) return std::nullopt;
  auto& filter = *method_->filter();
  const auto solver = solver_on(updater_->raised().device(), filter);
  filter.solver = solver_after(solver);
  return WarningEvent{"filter_solver",
                      message("the filter by ", name_of(solver), " was not sound in ", steps,
                              " step(s), which were not taken; from here on it is made by ",
                              name_of(filter.solver))};
}

torch::Tensor SelfSupervised::features(const torch::Tensor& images) {
  return method_->encoder()->features(images);
}

torch::Tensor SelfSupervised::classify(const torch::Tensor& images) {
  return classifier_->classify(features(images));
}

int64_t SelfSupervised::checkpoint_bytes() const {
  return bytes_of(state_dict(method_->module())) + updater_->momentum_bytes();
}

void SelfSupervised::save(Checkpoint& into) {
  into.state_dict = state_dict(method_->module());
  updater_->save(into);
}

void SelfSupervised::load(const Checkpoint& from, const std::string& path) {
  load_state_dict(method_->module(), from.state_dict, "", path);
  updater_->load(from, path);
}

int64_t SelfSupervised::parameters() const {
  int64_t count = 0;
  for (const auto& parameter : method_->module().parameters()) count += parameter.numel();
  return count;
}

}  // namespace rdm
