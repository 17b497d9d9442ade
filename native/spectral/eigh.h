// The filter through the eigenvectors of the smaller Gram matrix: exact, for every shape.
#pragma once
#include <torch/types.h>

#include <optional>

#include "spectral/gram.h"
#include "spectral/gram_filter.h"
#include "spectral/spec.h"

namespace rdm {

// gram: float64. Returns nothing where LAPACK fails or leaves a high residual; the caller falls
// back on an SVD. A Gram matrix that is not finite gives a filter of NaN, so that the loss says so.
std::optional<GramFilter> eigh_filter(const Gram& gram, const FilterSpec& spec, bool with_inner);

// All K = min(N, D) singular values of x, ascending, float64; those of rounding noise are among
// them.
torch::Tensor singular_values(const torch::Tensor& x);

}  // namespace rdm
