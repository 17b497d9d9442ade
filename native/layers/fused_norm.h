// Batch norm, the addition of a shortcut and ReLU in one pass over memory each way, on a CPU: what
// takes their time there is memory. LibTorch's own kernels go over it seven times where this does
// two.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"

namespace rdm {

// Of each of V views, (V, C), in float32 or better; the variance divides by the count (biased).
struct BatchStatistics {
  torch::Tensor mean, variance;
};

// Whether these kernels take x: float32 or bfloat16 images (N, C, H, W) on a CPU in channels_last.
bool has_fused_norm(const torch::Tensor& x);

// x: V views, one after another. Each has statistics of its own.
BatchStatistics fused_statistics(const torch::Tensor& x, int64_t views);

// Values of a channel in a view of all ranks' batches, which are of one size.
inline double values_of_channel(const torch::Tensor& x, int64_t views, const Group* group) {
  return static_cast<double>(x.numel() / x.size(1) / views * (group ? group->size() : 1));
}

struct NormSettings {
  double eps;
  bool relu;
  Group* group;  // of the ranks whose batches the statistics are of, or null
};

// y = ReLU(γ (x − μ) / √(σ² + ε) + β + shortcut); weight and bias (C); shortcut like x, or
// undefined.
torch::Tensor fused_norm(const torch::Tensor& x, const torch::Tensor& shortcut,
                         const torch::Tensor& weight, const torch::Tensor& bias,
                         const BatchStatistics& statistics, const NormSettings& settings);

}  // namespace rdm
