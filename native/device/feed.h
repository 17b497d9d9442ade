// The loader's batches as tensors on the training device.
#pragma once
#include <torch/types.h>

#include <deque>
#include <optional>
#include <vector>

#include "data/loading/loader.h"

namespace rdm {

struct DeviceBatch {
  std::vector<torch::Tensor> views;  // (N, 3, S, S) float32, channels_last, each with its own S
  torch::Tensor labels;              // (N) int64
  std::vector<int64_t> images;       // (N), indices into the dataset
};

// Memory for the loader's ring: page-locked where batches are copied to another device.
std::function<std::shared_ptr<void>(size_t)> batch_memory(torch::Device device);

// On a CPU, the tensors are the loader's own memory and valid until the next call.
//
// Elsewhere they are asynchronous copies, made on a stream of their own beside the training step
// before: bytes, which the device normalises by the host's own table. A batch's memory goes back to
// the loader when its copy has been made. Where the host has run so far ahead that the loader would
// have no memory left to fill, it waits for the oldest copy.
//
//   copies    [batch 1][batch 2]  [batch 3] …
//   compute            [step 1      ][step 2      ] …   each waits for its copy
class Feed {
 public:
  Feed(Loader& loader, torch::Device device);
  ~Feed();  // waits until no copy reads the loader's memory
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  std::optional<DeviceBatch> next();

 private:
  struct InFlight {
    Batch batch;
    std::optional<c10::Event> copied;  // none on a CPU
  };
  void give_back();
  DeviceBatch copy(Batch batch);
  torch::Tensor normalise(const torch::Tensor& bytes) const;

  Loader& loader_;
  torch::Device device_;
  std::optional<c10::Stream> copies_;
  torch::Tensor table_;    // (256 · 3) float32: what a byte is normalised to, for each colour
  torch::Tensor colours_;  // (3) int32: 0, 1, 2
  std::deque<InFlight> in_flight_;
};

}  // namespace rdm
