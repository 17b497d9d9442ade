// VICReg's loss: both views' features agree, vary, and do not correlate with each other.
// Source: Bardes et al. 2022, equations 1 to 6; solo-learn.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"
#include "losses/options.h"

namespace rdm {

// z1, z2: (N, D). The weighted sum of
//   invariance: the mean square of z1 − z2;
//   variance: the mean over features of max(0, 1 − √(var + 1e-4)), of both views added;
//   covariance: the squares beside the diagonal of the covariance matrix over D, likewise.
// All over the rows of all ranks. Autograd gives the gradient of the mean over the ranks
// (all_rows.h).
torch::Tensor vicreg_loss(const torch::Tensor& z1, const torch::Tensor& z2,
                          const VicregWeights& weights, Group* group);

}  // namespace rdm
