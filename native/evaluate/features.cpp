#include "evaluate/features.h"

#include <torch/torch.h>

#include "base/error.h"
#include "checkpoint/names.h"
#include "device/device.h"
#include "judging/neighbours.h"
#include "models/heads.h"
#include "models/weights.h"

namespace rdm {

FrozenNetworks::FrozenNetworks(const NetworkOptions& options, const std::string& checkpoint,
                               Branch branch, torch::Device device, Group* group)
    : device_(device),
      checkpoint_(checkpoint),
      probe_(classifying_network(
          (seed_everything(/*seed=*/0, group), make_deterministic(true), options),
          /*classes=*/1)) {
  if (!checkpoint.empty()) {
    auto backbone = load_backbone(checkpoint, options.arch, branch);
    load_backbone_weights(*probe_.network(), backbone.weights, checkpoint);
    if (!backbone.projector.empty()) {
      projector_ = head_of(backbone.projector);
      load_state_dict(*projector_, backbone.projector, "", checkpoint);
      projector_->to(device);
      projector_->eval();
    }
  }
  probe_.network()->to(device);
  to_channels_last(*probe_.network());
  probe_.freeze();
}

void FrozenNetworks::require(FeatureLayer layer) const {
  if (layer == FeatureLayer::backbone || has_projector()) return;
  throw Error(Code::bad_checkpoint, message(checkpoint_, " holds no projector"),
              "leave --features out, or give a checkpoint of pretraining");
}

torch::Tensor FrozenNetworks::backbone(const torch::Tensor& images) {
  return probe_.features(images);
}

torch::Tensor FrozenNetworks::projector(const torch::Tensor& features) {
  return projector_->forward(features);
}

torch::Tensor FrozenNetworks::features(const torch::Tensor& images, FeatureLayer layer) {
  const auto pooled = backbone(images);
  return layer == FeatureLayer::backbone ? pooled : projector(pooled);
}

int64_t FrozenNetworks::dim(FeatureLayer layer) {
  const torch::NoGradGuard no_grad;
  return features(torch::zeros({1, 3, 64, 64}, device_), layer).size(1);
}

void check_finite(const torch::Tensor& features) {
  const auto bad = features.isfinite().all(/*dim=*/1).logical_not().sum().item<int64_t>();
  if (bad == 0) return;
  throw Error(Code::not_finite,
              message("the features of ", bad, " of ", features.size(0), " images are not finite"),
              "the weights are damaged, or their training diverged: take an earlier checkpoint");
}

bool each_batch(Loader& loader, torch::Device device, Precision precision, int64_t first_step,
                const std::stop_token& stop, const std::function<void(const DeviceBatch&)>& work) {
  const torch::NoGradGuard no_grad;
  loader.start(/*epoch=*/0, first_step);
  Feed feed(loader, device);
  while (auto batch = feed.next()) {
    const Autocast autocast(device, precision);
    work(*batch);
    if (stop.stop_requested()) return false;
  }
  return true;
}

std::optional<FeatureMatrices> collect_features(
    Loader& loader, torch::Device device, Precision precision,
    const std::function<std::vector<torch::Tensor>(const torch::Tensor& images)>& network,
    const std::function<void(int64_t images)>& progress, const std::stop_token& stop) {
  std::vector<std::vector<torch::Tensor>> parts;  // by matrix, then by batch
  std::vector<torch::Tensor> labels;
  const auto work = [&](const DeviceBatch& batch) {
    const auto made = network(batch.views[0]);
    parts.resize(made.size());
    for (size_t i = 0; i < made.size(); ++i) parts[i].push_back(made[i].to(torch::kFloat32));
    labels.push_back(batch.labels.clone());  // the loader's memory goes back to it
    progress(batch.labels.size(0));
  };
  if (!each_batch(loader, device, precision, /*first_step=*/0, stop, work)) return std::nullopt;
  FeatureMatrices out{{}, torch::cat(labels)};
  for (const auto& part : parts) {
    out.matrices.push_back(torch::cat(part));
    check_finite(out.matrices.back());
  }
  return out;
}

torch::Tensor of_all_ranks(const torch::Tensor& rows, Group* group) {
  const auto none = torch::zeros({rows.size(0)}, rows.options().dtype(torch::kInt64));
  return gather_features({rows, none}, group).features;
}

}  // namespace rdm
