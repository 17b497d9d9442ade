// The filter by the singular value decomposition itself, as the paper writes it. It resolves the
// null space, which a Gram matrix does not, and is the last resort of the faster solvers.
#pragma once
#include <torch/types.h>

#include "spectral/spec.h"

namespace rdm {

// W = V g(S) Vᵀ by its factors.
struct SvdFilter {
  torch::Tensor v;  // (D, K), K = min(N, D)
  torch::Tensor g;  // g(S), (K); dropped directions are zero
};

// x: (N, D). Where it is not finite, the filter is NaN, so that the loss says so.
SvdFilter svd_filter(const torch::Tensor& x, const FilterSpec& spec);

// Z W for Z (n, D).
torch::Tensor apply(const SvdFilter& w, const torch::Tensor& z);

}  // namespace rdm
