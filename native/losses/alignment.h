// Alignment: the losses of SimSiam and BYOL pull the online output to the target's by cosine
// similarity alone.
#pragma once
#include <torch/types.h>

namespace rdm {

// Mean cosine similarity of corresponding rows. p, z: (N, D), float32 or better; returns a scalar
// on their device.
torch::Tensor mean_cosine(const torch::Tensor& p, const torch::Tensor& z);

}  // namespace rdm
