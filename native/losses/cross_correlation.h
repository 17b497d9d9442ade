// Barlow Twins' loss: the features of two views correlate each with itself and with no other.
// Source: Zbontar et al. 2021, equation 1; solo-learn.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"
#include "losses/options.h"

namespace rdm {

// z1, z2: (N, D). C is the correlation matrix between both, over the rows of all ranks:
// scale · (Σ (C_ii − 1)² + λ Σ_{i≠j} C_ij²). Autograd gives the gradient of the mean over the ranks
// (all_rows.h).
torch::Tensor cross_correlation_loss(const torch::Tensor& z1, const torch::Tensor& z2,
                                     const CrossCorrelationOptions& options, Group* group);

}  // namespace rdm
