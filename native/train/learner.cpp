#include "train/learner.h"

#include <torch/torch.h>

#include "base/error.h"
#include "device/device.h"
#include "methods/byol.h"
#include "methods/simsiam.h"
#include "models/batch_norm.h"
#include "models/weights.h"
#include "train/optimizer_state.h"

namespace rdm {
namespace {

std::unique_ptr<Method> make_method(const MethodOptions& options) {
  if (options.name == MethodName::byol) return std::make_unique<ByolImpl>(options);
  return std::make_unique<SimSiamImpl>(options);
}

Schedule whole_schedule(const PretrainOptions& options, int64_t batches) {
  auto schedule = options.schedule;
  schedule.epochs = options.epochs;
  schedule.updates_per_epoch = batches / options.accumulate;
  RDM_CHECK(schedule.updates_per_epoch > 0, Code::usage, "--accumulate ", options.accumulate,
            " asks for more batches than an epoch has (", batches, ")");
  return schedule;
}

// LibTorch (2.13) leaves parts of a bf16 gradient uninitialised on a CPU where a 3×3 convolution of
// stride 2 has a single pixel to look at: the last stage of a ResNet on crops of 16 pixels. LARS
// takes such a gradient's norm.
void refuse_single_pixels(const PretrainOptions& options, torch::Device device) {
  if (!device.is_cpu() || options.precision != Precision::bf16 ||
      options.stem.kind != Stem::Kind::imagenet || options.crop_size > 16) {
    return;
  }
  throw Error(Code::usage,
              message("--crop-size ", options.crop_size,
                      " leaves a single pixel to the last stage, whose bf16 gradient LibTorch gets "
                      "wrong on a CPU"),
              "take a --crop-size of at least 17, --stem cifar or --precision fp32");
}

}  // namespace

Learner::Learner(const PretrainOptions& options, int64_t classes, int64_t batches,
                 torch::Device device, Group* group)
    : group_(group),
      method_(make_method(options.method)),
      guard_(device),
      schedule_(whole_schedule(options, batches)),
      precision_(options.precision),
      accumulate_(options.accumulate) {
  refuse_single_pixels(options, device);
  if (options.online_classifier) {
    const int64_t width = find_architecture(options.arch).feature_dim();
    classifier_ = OnlineClassifier(width, classes, options.momentum_classifier);
    method_->module().register_module("classifier", classifier_.ptr());
  }
  method_->module().to(device);
  to_channels_last(method_->module());
  if (group) join(*group);
  optimizer_ = make_optimizer(options);
  if (precision_ == Precision::fp16) scaler_.emplace(device);
}

void Learner::join(Group& group) {
  auto& module = method_->module();
  synchronise_batch_norms(module, group);
  auto weights = module.parameters();
  for (const auto& buffer : module.buffers()) weights.push_back(buffer);
  group.broadcast(weights);
  reducer_.emplace(module.parameters(), group);
}

Sgd Learner::make_optimizer(const PretrainOptions& options) const {
  const int64_t images = options.global_batch() * options.accumulate;
  SgdGroup common;
  common.momentum = options.momentum;
  common.weight_decay = options.weight_decay;
  common.lars_eta = options.lars_eta;
  std::vector<SgdGroup> groups;
  const auto add = [&](std::vector<torch::Tensor> parameters, double lr, bool fix_lr) {
    auto& group = groups.emplace_back(common);
    group.parameters = std::move(parameters);
    group.lr = group.initial_lr = initial_lr(lr, images);
    group.fix_lr = fix_lr;
  };
  for (auto& [parameters, fix_lr] : method_->parameter_groups()) {
    add(std::move(parameters), options.lr, fix_lr);
  }
  if (!classifier_.is_empty()) add(classifier_->parameters(), options.classifier_lr, false);
  return Sgd(std::move(groups));
}

StepResult Learner::step(const DeviceBatch& batch, int64_t epoch, int64_t step) {
  if (between_updates(step)) {
    optimizer_.follow(schedule_, epoch, step / accumulate_);
    optimizer_.zero_grad();
  }
  const bool updates = between_updates(step + 1);
  if (reducer_ && updates) reducer_->average_next();
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
  guard_.see(total);
  if (accumulate_ > 1) total = total / accumulate_;
  (scaler_ ? scaler_->scale(total) : total).backward();
  if (updates) update(epoch, step / accumulate_);
  return result;
}

void Learner::update(int64_t epoch, int64_t update) {
  optimizer_.step(scaler_ ? &*scaler_ : nullptr, &guard_);
  const int64_t done = epoch * schedule_.updates_per_epoch + update + 1;
  method_->after_update(done, schedule_.epochs * schedule_.updates_per_epoch);
}

int64_t Learner::parameters() const {
  int64_t count = 0;
  for (const auto& parameter : method_->module().parameters()) count += parameter.numel();
  return count;
}

torch::Tensor Learner::features(const torch::Tensor& images) {
  return method_->encoder()->features(images);
}

torch::Tensor Learner::classify(const torch::Tensor& images) {
  return classifier_->classify(features(images));
}

void Learner::save(Checkpoint& into) {
  into.state_dict = state_dict(method_->module());
  into.optimizer = optimizer_state(optimizer_);
  if (scaler_) {
    const auto [scale, growth_tracker] = scaler_->state();
    into.scaler = {scale, growth_tracker};
  }
}

void Learner::load(const Checkpoint& checkpoint, const std::string& source) {
  load_state_dict(method_->module(), checkpoint.state_dict, "", source);
  load_optimizer_state(optimizer_, checkpoint.optimizer, source);
  if (scaler_ && checkpoint.scaler) {
    scaler_->restore(checkpoint.scaler->scale, checkpoint.scaler->growth_tracker);
  }
}

}  // namespace rdm
