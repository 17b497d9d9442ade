// The filter through the eigenvectors of the smaller Gram matrix: exact, for every shape.
#pragma once
#include <torch/types.h>

#include <optional>

#include "spectral/gram.h"
#include "spectral/spec.h"

namespace rdm {

// gram: float64. Nothing where LAPACK fails or the residual is high; the caller takes an SVD then.
// A Gram matrix that is not finite gives a filter of NaN, so that the loss says so.
std::optional<GramFilter> eigh_filter(const Gram& gram, const FilterSpec& spec, bool with_inner);

// All K singular values of x (N, D), ascending, float64; those of rounding noise are not dropped.
torch::Tensor singular_values(const torch::Tensor& x);

}  // namespace rdm
