// The small networks on top of a backbone: SimSiam's projector and its learnable predictor.
// Source: Chen and He 2021, section 3; the reference's simsiam/builder.
#pragma once
#include <torch/nn.h>

namespace rdm {

// Linear BN ReLU Linear BN ReLU `last` BN without affine: (N, width) to (N, dim).
// `last` is the backbone's own classification layer, drawn with the backbone; its bias is frozen,
// since the batch norm behind it removes it.
torch::nn::Sequential simsiam_projector(torch::nn::Linear last);

// Linear BN ReLU Linear: (N, dim) to (N, dim) through pred_dim.
torch::nn::Sequential simsiam_predictor(int64_t dim, int64_t pred_dim);

}  // namespace rdm
