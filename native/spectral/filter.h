// The paper's spectral filter W = V g(S) Vᵀ of features X = U S Vᵀ, applied.
#pragma once
#include <torch/types.h>

#include "spectral/spec.h"

namespace rdm {

// Z W for Z (N, D) with W, (D, D), from `features`, (N, D), which may be Z itself. In float32 or
// better; the gradient goes through Z alone, W being a constant. Features that are not finite give
// NaN, so that the loss says so.
//
// Directions of `features` with s <= s_max · max(N, D) · eps(float32) are dropped, unless the spec
// keeps them. The solver `auto` is newton for poly with sigma 2, which is a product; svd where the
// null space is kept, since a Gram matrix does not resolve it; eigh for all others.
torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& features,
                           const FilterSpec& spec);

}  // namespace rdm
