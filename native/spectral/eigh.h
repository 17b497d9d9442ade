// The filter through the eigenvectors of the smaller Gram matrix: exact, for every shape.
#pragma once
#include <torch/types.h>

#include "spectral/gram.h"
#include "spectral/gram_filter.h"
#include "spectral/spec.h"

namespace rdm {

// gram: float64. Not sound where the decomposition has not converged, leaves a high residual or is
// one of values that are not finite. The host waits for nothing.
GramFilter eigh_filter(const Gram& gram, const FilterSpec& spec, bool with_inner);

// All K = min(N, D) singular values of x, ascending, float64; those of rounding noise are among
// them.
torch::Tensor singular_values(const torch::Tensor& x);

}  // namespace rdm
