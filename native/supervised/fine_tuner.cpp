#include "supervised/fine_tuner.h"

#include <torch/torch.h>

#include <algorithm>
#include <iterator>

#include "layers/batch_norm.h"
#include "models/weights.h"
#include "train/whole_network.h"

namespace rdm {

FineTuner::FineTuner(const FinetuneOptions& options, int64_t classes, int64_t batches,
                     torch::Device device, Group* group)
    : Classifier(options, classes, options.label_smoothing), freeze_bn_(options.freeze_bn) {
  if (!options.from_scratch) take_backbone(options.checkpoint);
  network()->to(device);
  to_channels_last(*network());
  if (group) start_alike(*network(), *group);
  if (freeze_bn_) freeze_batch_norms(*network());
  std::vector<torch::Tensor> backbone;
  for (const auto& parameter : network()->backbone_parameters()) {
    if (parameter.requires_grad()) backbone.push_back(parameter);
  }
  auto below = parameter_group(std::move(backbone));
  below.lr_factor = options.backbone_lr_factor;
  auto groups = groups_of(parameter_group(network()->classifier()->parameters()), options);
  std::ranges::move(groups_of(std::move(below), options), std::back_inserter(groups));
  optimise(std::move(groups), batches, device, group);
}

torch::Tensor FineTuner::features(const torch::Tensor& images) {
  return network()->features(images);
}

torch::Tensor FineTuner::classify(const torch::Tensor& images) {
  return network()->forward(images);
}

void FineTuner::train(bool on) {
  network()->train(on);
  if (freeze_bn_) freeze_batch_norms(*network());
}

}  // namespace rdm
