// The right singular vectors of a feature matrix through its smaller Gram matrix.
#pragma once
#include <torch/types.h>

namespace rdm {

// features = U diag(s) Vᵀ. All float64, on the features' device, without gradient; K = min(N, D).
struct Decomposition {
  torch::Tensor singular_values;  // (K), ascending
  torch::Tensor right_vectors;    // V, (D, K); columns of dropped directions are zero
  torch::Tensor kept;             // (K), bool: s > s_max · max(N, D) · eps(float32)
};

// features: (N, D), any floating type, uncentred. Directions below the threshold hold only float32
// rounding noise and are dropped; with keep_null_space every direction is kept, as the reference
// does, and an SVD is taken since a Gram matrix does not resolve them. The eigendecomposition is
// checked by its residual and replaced by an SVD where it fails. Features that are not finite give
// a decomposition of NaN, so that the loss says so.
Decomposition decompose(const torch::Tensor& features, bool keep_null_space = false);

}  // namespace rdm
