#include "train/learner.h"

#include <torch/torch.h>

#include "base/error.h"
#include "methods/byol.h"
#include "methods/simsiam.h"
#include "train/device.h"
#include "train/optimizer_state.h"
#include "train/weights.h"

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
                 torch::Device device)
    : method_(make_method(options.method)),
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
  optimizer_ = make_optimizer(options);
  if (precision_ == Precision::fp16) scaler_.emplace(device);
}

Sgd Learner::make_optimizer(const PretrainOptions& options) const {
  const int64_t images = options.batch_size * options.accumulate;
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
  StepResult result;
  torch::Tensor total;
  {
    const Autocast autocast(batch.labels.device(), precision_);
    const auto output = method_->forward(batch.views);
    total = output.loss;
    result.loss = output.loss.detach();
    result.outputs = output.outputs;
    if (!classifier_.is_empty()) {
      const auto scores = classifier_->forward(output, batch.labels);
      total = total + scores.loss;
      result.logits = scores.logits;
      result.momentum_logits = scores.momentum_logits;
    }
  }
  if (accumulate_ > 1) total = total / accumulate_;
  (scaler_ ? scaler_->scale(total) : total).backward();
  if (between_updates(step + 1)) update(epoch, step / accumulate_);
  return result;
}

void Learner::update(int64_t epoch, int64_t update) {
  optimizer_.step(scaler_ ? &*scaler_ : nullptr);
  const int64_t done = epoch * schedule_.updates_per_epoch + update + 1;
  method_->after_update(done, schedule_.epochs * schedule_.updates_per_epoch);
}

int64_t Learner::parameters() const {
  int64_t count = 0;
  for (const auto& parameter : method_->module().parameters()) count += parameter.numel();
  return count;
}

torch::Tensor Learner::classify(const torch::Tensor& images) {
  return classifier_->classify(method_->encoder()->features(images));
}

void Learner::save(Checkpoint& into) {
  into.state_dict = state_dict(method_->module());
  into.optimizer = optimizer_state(optimizer_);
}

void Learner::load(const Checkpoint& checkpoint, const std::string& source) {
  load_state_dict(method_->module(), checkpoint.state_dict, "", source);
  load_optimizer_state(optimizer_, checkpoint.optimizer, source);
}

}  // namespace rdm
