// What the networks of a checkpoint make of images: the one way to features for knn, spectrum, map
// and embed.
#pragma once
#include <torch/types.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "data/loading/loader.h"
#include "device/feed.h"
#include "distributed/group.h"
#include "models/linear_probe.h"
#include "options/options.h"

namespace rdm {

// Backbone and, where the checkpoint has one, projector of a branch, in eval mode on a device.
class FrozenNetworks {
 public:
  // Random weights, the same every time and in every rank, where `checkpoint` is empty.
  FrozenNetworks(const NetworkOptions& options, const std::string& checkpoint, Branch branch,
                 torch::Device device, Group* group);

  bool has_projector() const { return !projector_.is_empty(); }
  // bad_checkpoint where `layer` is the projector, and there is none.
  void require(FeatureLayer layer) const;

  torch::Tensor backbone(const torch::Tensor& images);     // (N, 3, S, S) to (N, F)
  torch::Tensor projector(const torch::Tensor& features);  // (N, F) to (N, D)
  torch::Tensor features(const torch::Tensor& images, FeatureLayer layer);
  int64_t dim(FeatureLayer layer);  // of a feature

 private:
  torch::Device device_;
  std::string checkpoint_;
  LinearProbe probe_;
  torch::nn::Sequential projector_{nullptr};
};

// Every batch of the loader's epoch, from one of its steps on, in the precision of the network and
// without gradients. False where it was stopped on the way.
bool each_batch(Loader& loader, torch::Device device, Precision precision, int64_t first_step,
                const std::stop_token& stop, const std::function<void(const DeviceBatch&)>& work);

// Neighbours, spectra, maps and files of vectors would be made of nothing: throws not_finite.
void check_finite(const torch::Tensor& features);  // (N, D)

struct FeatureMatrices {
  std::vector<torch::Tensor> matrices;  // (N, D), float32, on the device
  torch::Tensor labels;                 // (N), int64
};

// Every image of the loader through `network`, which makes any number of matrices; `progress` is
// told how many more are done. Nothing where it was stopped on the way. Throws not_finite where a
// feature is no number.
std::optional<FeatureMatrices> collect_features(
    Loader& loader, torch::Device device, Precision precision,
    const std::function<std::vector<torch::Tensor>(const torch::Tensor& images)>& network,
    const std::function<void(int64_t images)>& progress, const std::stop_token& stop);

// Rows (N, D) of each rank, of which one may have fewer, as one matrix.
torch::Tensor of_all_ranks(const torch::Tensor& rows, Group* group);

}  // namespace rdm
