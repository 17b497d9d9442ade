// AdamW through LibTorch's fused kernel. Source: Loshchilov and Hutter 2019; torch.optim.AdamW.
#pragma once
#include <torch/types.h>

#include <optional>

#include "optim/lars.h"

namespace rdm {

struct AdamW {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

// p ← (1 − lr·wd) p − lr · m̂ / (√v̂ + ε), with the moments m (update.buffers) and v of the gradient
// and their corrections by the number of steps, scalars of float32 beside the parameters. Where
// `found_inf` (a scalar) is 1, nothing moves.
void adamw_update(const Update& update, const std::vector<torch::Tensor>& second_moments,
                  const std::vector<torch::Tensor>& steps, const AdamW& settings, double lr,
                  double weight_decay, const std::optional<torch::Tensor>& found_inf);

// Scales each gradient whose norm is above `norm` to it, in place. Source: DINO's clip_gradients.
// Nothing waits for the device.
void clip_gradients(const std::vector<torch::Tensor>& gradients, double norm);

}  // namespace rdm
