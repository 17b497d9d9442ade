// The paper's spectral filter W = V g(S) Vᵀ of features X = U S Vᵀ, applied.
#pragma once
#include <torch/types.h>

#include <optional>

#include "spectral/gram.h"
#include "spectral/spec.h"

namespace rdm {

// W of features X, as far as it takes a decomposition: what processes can share. Nothing where the
// SVD alone will do, be it asked for or a last resort. with_inner: also for other Z than X, and for
// gradients. X that is not finite gives a filter of NaN, so that the loss says so.
std::optional<GramFilter> solve_filter(const torch::Tensor& x, const FilterSpec& spec,
                                       bool with_inner);

// Whether solve_filter is needed with `with_inner` for this Z.
bool needs_inner(const torch::Tensor& z, const torch::Tensor& x, bool own);

// Z W for Z (n, D), in float32 or better; the gradient goes through Z alone, W being a constant.
// first_row: where Z's rows stand in X, if they are X's (then W need not be applied to them by way
// of X); nothing for other Z.
torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& x,
                           std::optional<int64_t> first_row,
                           const std::optional<GramFilter>& solved, const FilterSpec& spec);

// Both at once, for features (N, D), which may be Z itself.
//
// Directions of `features` with s <= s_max · max(N, D) · eps(float32) are dropped, unless the spec
// keeps them. The solver `auto` is newton for poly with sigma 2, which is a product; svd where the
// null space is kept, since a Gram matrix does not resolve it; eigh for all others.
torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& features,
                           const FilterSpec& spec);

}  // namespace rdm
