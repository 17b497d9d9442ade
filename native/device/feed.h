// The loader's batches as tensors on the training device.
#pragma once
#include <torch/types.h>

#include <deque>
#include <optional>
#include <vector>

#include "data/loading/loader.h"

namespace rdm {

struct DeviceBatch {
  std::vector<torch::Tensor> views;  // (N, 3, S, S) float32, channels_last
  torch::Tensor labels;              // (N) int64
  std::vector<int64_t> images;       // (N), indices into the dataset
};

// Memory for the loader's ring: page-locked where batches are copied to a CUDA device.
std::function<std::shared_ptr<void>(size_t)> batch_memory(torch::Device device);

// On a CPU, the tensors are the loader's own memory and valid until the next call. On CUDA, they
// are asynchronous copies; a batch's memory goes back to the loader when its copy has been made.
class Feed {
 public:
  Feed(Loader& loader, torch::Device device) : loader_(loader), device_(device) {}
  std::optional<DeviceBatch> next();

 private:
  struct InFlight {
    Batch batch;
    std::optional<c10::Event> copied;
  };
  void release_copied();

  Loader& loader_;
  torch::Device device_;
  std::deque<InFlight> in_flight_;
};

}  // namespace rdm
