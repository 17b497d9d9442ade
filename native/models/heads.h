// The small networks on top of a backbone: projectors and learnable predictors.
// Source: Chen and He 2021, section 3; Grill et al. 2020, section 3.3; the reference's
// simsiam/builder and solo-learn.
#pragma once
#include <torch/nn.h>

#include "checkpoint/state_dict.h"

namespace rdm {

// Linear BN ReLU Linear BN ReLU `last` BN, the last BN without affine: (N, width) to (N, dim),
// through as many hidden features as `last` takes in. The bias of `last` is frozen, since the batch
// norm behind it removes it.
torch::nn::Sequential simsiam_projector(int64_t width, torch::nn::Linear last);

// Linear BN ReLU Linear, the first without bias: (N, dim) to (N, dim) through `hidden`.
torch::nn::Sequential simsiam_predictor(int64_t dim, int64_t hidden);

// BYOL's projector and predictor: Linear BN ReLU Linear, (N, in) to (N, out).
torch::nn::Sequential byol_head(int64_t in, int64_t hidden, int64_t out);

// Barlow Twins' and VICReg's projector: Linear BN ReLU twice, then Linear; (N, in) to (N, out).
torch::nn::Sequential three_layer_head(int64_t in, int64_t hidden, int64_t out);

// DINO's head up to its prototypes: Linear GELU twice, then Linear, without batch norms; weights
// from a normal distribution of std 0.02, biases 0. Source: Caron et al. 2021, section 3.1.
torch::nn::Sequential dino_head(int64_t in, int64_t hidden, int64_t out);

// Builds the head whose state dict this is, with fresh weights: at each index a linear layer, a
// batch norm or, where the dictionary has nothing, a ReLU; a GELU in three linear layers without a
// batch norm, which are DINO's. So are all heads above, and those of other programs.
torch::nn::Sequential head_of(const StateDict& weights);

}  // namespace rdm
