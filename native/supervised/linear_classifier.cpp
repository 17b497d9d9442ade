#include "supervised/linear_classifier.h"

#include <torch/torch.h>

#include <map>
#include <utility>

#include "base/error.h"
#include "models/weights.h"
#include "optim/larc.h"

namespace rdm {

LinearClassifier::LinearClassifier(const LinclsOptions& options, int64_t classes, int64_t batches,
                                   torch::Device device, Group* group)
    : Classifier(options, classes), path_(options.pretrained), probe_(network()) {
  if (!path_.empty()) {
    auto held = take_backbone(path_);
    pretrained_ = std::move(held.weights);
    classifier_ = std::move(held.classifier);
  }
  network()->to(device);
  to_channels_last(*network());
  auto trained = parameter_group(probe_.classifier()->parameters());
  if (group) group->broadcast(trained.parameters);
  if (options.lars) larc_decay_ = std::exchange(trained.weight_decay, 0);
  optimise({std::move(trained)}, batches, device, group);
}

void LinearClassifier::take_classifier() {
  if (classifier_.empty()) {
    throw Error(Code::bad_checkpoint,
                path_ + " holds a backbone without a classifier, so there is nothing to evaluate",
                "train one: rdm lincls --pretrained " + path_ +
                    " --output DIR, then rdm lincls -e --pretrained DIR/model_best.pth.tar");
  }
  const int64_t held = classifier_.front().second.size(0),
                classes = probe_.classifier()->weight.size(0);
  if (held != classes) {
    throw Error(
        Code::bad_checkpoint,
        message(path_, " classifies ", held, " classes, and the validation images have ", classes),
        "give the data that it was trained on, with the same --classes");
  }
  load_state_dict(*probe_.classifier(), classifier_, network()->head_name() + ".", path_);
}

void LinearClassifier::adjust(Optimizer& optimizer) {
  if (larc_decay_) larc_scale(optimizer, *larc_decay_);
}

std::optional<SanityCheckEvent> LinearClassifier::check() {
  if (pretrained_.empty()) return std::nullopt;
  std::map<std::string, torch::Tensor> now;
  for (const auto& [name, tensor] : state_dict(*network())) now[name] = tensor;
  for (const auto& [name, tensor] : std::exchange(pretrained_, StateDict())) {
    RDM_CHECK(now.at(name).cpu().equal(tensor), Code::internal, name,
              " changed in linear classifier training");
  }
  RDM_CHECK(probe_.unchanged(), Code::internal,
            "the frozen backbone's output changed in linear classifier training");
  return SanityCheckEvent{path_};
}

}  // namespace rdm
