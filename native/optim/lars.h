// LARS: SGD whose rate depends, layer by layer, on the ratio of the weight's norm to the
// gradient's. Source: You et al. 2017; solo-learn's LARS with clipping, which leaves biases and
// norms alone.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

#include "optim/lars_cpu.h"

namespace rdm {

// The sum of squares of a parameter's values after an update. The next update takes it over if
// nothing has written to the tensor since, in other words if the tensor's version is still this
// one.
struct WeightSquare {
  double sum = 0;
  int64_t version = -1;
};

// The tensors of one update: the i-th of each list belongs to the i-th parameter. There are no
// buffers where the momentum is 0. The squares are kept from update to update.
struct Update {
  std::vector<torch::Tensor> parameters, gradients, buffers;
  std::vector<WeightSquare*> squares;
};

// Tensors of more than one dimension, where both norms are not 0:
//   q = min(eta·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8) / lr, 1),  d = (g + wd·p)·q;
// all others: d = g. Then buffer = momentum·buffer + d and p −= lr·buffer. Gradients may be
// overwritten. Where `found_inf` (a scalar) is 1, nothing moves.
//
// On CUDA, a few batched kernels do this for all tensors, and the host waits for nothing. On a CPU,
// where reading memory is what takes the time, float32 tensors are done one by one in two passes:
// one over the gradient for its norm, one over everything for the update.
void lars_update(const Update& update, const LarsSettings& settings,
                 const std::optional<torch::Tensor>& found_inf = {});

}  // namespace rdm
