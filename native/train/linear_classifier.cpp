#include "train/linear_classifier.h"

#include <torch/torch.h>

#include <map>

#include "base/error.h"
#include "checkpoint/names.h"
#include "device/device.h"
#include "models/weights.h"
#include "optim/larc.h"
#include "run/output.h"

namespace rdm {
namespace {

Schedule whole_schedule(const LinclsOptions& options, int64_t batches) {
  auto schedule = options.schedule;
  schedule.epochs = options.epochs;
  schedule.updates_per_epoch = batches;
  return schedule;
}

SgdGroup parameter_group(const LinclsOptions& options, std::vector<torch::Tensor> parameters) {
  SgdGroup group;
  group.parameters = std::move(parameters);
  group.lr = group.initial_lr = initial_lr(options.lr, options.global_batch());
  group.momentum = options.momentum;
  group.weight_decay = options.lars ? 0 : options.weight_decay;
  return group;
}

}  // namespace

LinearClassifier::LinearClassifier(const LinclsOptions& options, int64_t classes, int64_t batches,
                                   torch::Device device, Group* group)
    : path_(options.pretrained),
      probe_(find_architecture(options.arch), options.stem, classes),
      larc_decay_(options.weight_decay),
      larc_(options.lars),
      precision_(options.precision) {
  if (!path_.empty()) {
    auto held = load_backbone(path_, options.arch);
    pretrained_ = std::move(held.weights);
    classifier_ = std::move(held.classifier);
    load_backbone_weights(*probe_.network(), pretrained_, path_);
  }
  probe_.network()->to(device);
  to_channels_last(*probe_.network());
  const auto parameters = probe_.fc()->parameters();
  if (group) group->broadcast(parameters);
  updater_.emplace(std::vector{parameter_group(options, parameters)},
                   whole_schedule(options, batches), /*accumulate=*/1, precision_, device);
  if (group) updater_->share(parameters, *group);
}

void LinearClassifier::take_classifier() {
  if (classifier_.empty()) {
    throw Error(Code::bad_checkpoint,
                path_ + " holds a backbone without a classifier, so there is nothing to evaluate",
                "train one: rdm lincls --pretrained " + path_ +
                    " --output DIR, then rdm lincls -e --pretrained DIR/model_best.pth.tar");
  }
  const int64_t held = classifier_.front().second.size(0), classes = probe_.fc()->weight.size(0);
  if (held != classes) {
    throw Error(
        Code::bad_checkpoint,
        message(path_, " classifies ", held, " classes, and the validation images have ", classes),
        "give the data that it was trained on, with the same --classes");
  }
  load_state_dict(*probe_.fc(), classifier_, "fc.", path_);
}

StepResult LinearClassifier::step(const DeviceBatch& batch, Position at) {
  updater_->begin(at);
  torch::Tensor logits;
  {
    const Autocast autocast(batch.labels.device(), precision_);
    logits = probe_.forward(batch.views[0]);
  }
  const auto loss = torch::cross_entropy_loss(logits.to(torch::kFloat32), batch.labels);
  updater_->backward(loss, at);
  if (larc_) larc_scale(updater_->optimizer(), larc_decay_);
  updater_->update();
  StepResult result;
  result.loss = loss.detach();
  result.logits = logits.detach();
  result.lr = updater_->lr();
  result.raised = updater_->raised();
  return result;
}

torch::Tensor LinearClassifier::features(const torch::Tensor& images) {
  return probe_.features(images);
}

std::optional<SanityCheckEvent> LinearClassifier::check() {
  if (pretrained_.empty()) return std::nullopt;
  std::map<std::string, torch::Tensor> now;
  for (const auto& [name, tensor] : state_dict(*probe_.network())) now[name] = tensor;
  for (const auto& [name, tensor] : std::exchange(pretrained_, StateDict())) {
    RDM_CHECK(now.at(name).cpu().equal(tensor), Code::internal, name,
              " changed in linear classifier training");
  }
  RDM_CHECK(probe_.unchanged(), Code::internal,
            "the frozen backbone's output changed in linear classifier training");
  return SanityCheckEvent{path_};
}

int64_t LinearClassifier::checkpoint_bytes() const {
  return bytes_of(state_dict(*probe_.network())) + updater_->momentum_bytes();
}

void LinearClassifier::save(Checkpoint& into) {
  into.state_dict = state_dict(*probe_.network());
  updater_->save(into);
}

void LinearClassifier::load(const Checkpoint& from, const std::string& path) {
  load_state_dict(*probe_.network(), from.state_dict, "", path);
  updater_->load(from, path);
}

}  // namespace rdm
