// LARS: SGD whose rate follows each layer's ratio of weight to gradient.
// Source: You et al. 2017; solo-learn's LARS with clipping, which leaves biases and norms alone.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

namespace rdm {

// Σ p² of a parameter after an update, which the next one starts with: known as long as nobody else
// has written to the tensor, whose version tells.
struct WeightSquare {
  double sum = 0;
  int64_t version = -1;
};

// Tensors of one update, in the same order; no buffers where the momentum is 0. The squares are
// remembered from update to update.
struct Update {
  std::vector<torch::Tensor> parameters, gradients, buffers;
  std::vector<WeightSquare*> squares;
};

struct LarsSettings {
  double eta = 0.02;  // trust coefficient
  double lr = 0;
  double momentum = 0.9;
  double weight_decay = 0;
};

// Tensors of more than one dimension, where both norms are not 0:
//   q = min(eta·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8) / lr, 1),  d = (g + wd·p)·q;
// all others: d = g. Then buffer = momentum·buffer + d and p −= lr·buffer. Gradients are used up.
// Where `found_inf` (a scalar) is 1, nothing moves. On CUDA a few batched kernels for all tensors
// and no host synchronisation; float32 on a CPU, where passes over memory are what costs, tensor by
// tensor in two of them, of which the first sees the gradients alone.
void lars_update(const Update& update, const LarsSettings& settings,
                 const std::optional<torch::Tensor>& found_inf = {});

}  // namespace rdm
