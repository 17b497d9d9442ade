// Views of one size through a network at once: fewer kernels, passes over the weights' gradients
// and messages between ranks.
#pragma once
#include <torch/types.h>

#include <vector>

namespace rdm {

// What goes through a network at a time.
struct Pass {
  torch::Tensor images;  // (V·N, 3, H, W), view after view
  int64_t views;         // V

  // rows (V·N, …), appended to `into` view by view.
  void append(std::vector<torch::Tensor>& into, const torch::Tensor& rows) const;
};

// Neighbours of one size in one pass where that is not slower, else one view after the other. Batch
// norms have to be told (ViewsApart); then the numbers are the same.
//
// It is not slower on a CPU, where batch norms of channels_last tell views apart for nothing. On
// another device LibTorch's take one view at a time, and what they make is copied into one tensor:
// that pays where a kernel is too short to wait for, up to 2^20 pixels of a view.
std::vector<Pass> passes(const std::vector<torch::Tensor>& views);

}  // namespace rdm
