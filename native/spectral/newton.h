// The filter without a decomposition, by matrix products alone, which are what a GPU does best:
// scaled Newton-Schulz iterations for the square root and its inverse.
// Source: Higham, Functions of Matrices, 2008, chapter 6; Chen and Chow 2014 (the scaling).
#pragma once
#include <torch/types.h>

#include "spectral/gram.h"
#include "spectral/gram_filter.h"
#include "spectral/spec.h"

namespace rdm {

// poly with sigma 2 (G itself), 1, -1, 0.5, -0.5 (square roots) or 0 (the projection).
bool newton_applies(FilterShape shape, double sigma);

// A direction that holds only rounding noise must be dropped, but an iteration cannot see it. The
// one that a batch norm leaves, the mean over the batch, is looked for and taken out on the device.
// Not sound where another direction may be below the noise, or where the iteration has not
// converged; sigma 2 always is. The host waits for nothing. gram: float64, or of any type for
// sigma 2.
GramFilter newton_filter(const Gram& gram, double sigma, bool with_inner);

}  // namespace rdm
