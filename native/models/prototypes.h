// The prototypes that SwAV and DINO compare features with: directions, each with a length that is 1
// unless it is learned. Source: Caron et al. 2020 and 2021; torch.nn.utils.weight_norm, whose names
// the parameters have.
#pragma once
#include <torch/nn.h>

namespace rdm {

class PrototypesImpl : public torch::nn::Module {
 public:
  // K prototypes of D features, drawn as a linear layer's weights.
  PrototypesImpl(int64_t dim, int64_t count, bool learn_lengths);

  // z: rows of unit length, (N, D), to logits (N, K), in float32 or better whatever the autocast.
  torch::Tensor forward(const torch::Tensor& z);

 private:
  torch::Tensor weight_g_, weight_v_;  // lengths (K, 1), directions (K, D)
};
TORCH_MODULE(Prototypes);

// Rows of unit length, in float32 or better whatever the autocast.
torch::Tensor unit_rows(const torch::Tensor& x);

}  // namespace rdm
