// The filter without a decomposition, by matrix products alone: what a GPU does best.
// Scaled Newton-Schulz iterations for the square root and its inverse (Higham, Functions of
// Matrices, 2008, section 6; scaling by Chen and Chow 2014).
#pragma once
#include <torch/types.h>

#include <optional>

#include "spectral/gram.h"
#include "spectral/spec.h"

namespace rdm {

// poly with sigma 2 (G itself), 1, -1, 0.5, -0.5 (square roots) or 0 (the projection).
bool newton_applies(FilterShape shape, double sigma);

// A direction that holds only rounding noise must be dropped, and an iteration cannot see it. The
// one that a batch norm leaves, the mean over the batch, is looked for and deflated on the device.
// Nothing is returned where another direction could be below the noise, or the iteration has not
// converged: the caller decomposes then. That check is the one host synchronisation; sigma = 2 has
// none. gram: float64, except for sigma = 2, where any type does.
std::optional<GramFilter> newton_filter(const Gram& gram, double sigma, bool with_inner);

}  // namespace rdm
