// The alignment losses. Both pull the online output to the target's by cosine similarity alone.
#pragma once
#include <torch/types.h>

namespace rdm {

// Mean cosine similarity of rows, in float32 or better. p, z: (N, D); returns a scalar on their
// device.
torch::Tensor mean_cosine(const torch::Tensor& p, const torch::Tensor& z);

}  // namespace rdm
