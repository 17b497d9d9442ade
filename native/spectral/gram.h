// The smaller Gram matrix of a feature matrix, and the filter as functions of it.
#pragma once
#include <torch/types.h>

namespace rdm {

// Features X (N, D), uncentred. N <= D ("wide"): G = X Xᵀ, (N, N); otherwise G = Xᵀ X, (D, D).
struct Gram {
  torch::Tensor matrix;  // (K, K), K = min(N, D), without gradient
  bool wide;
  torch::ScalarType type;  // of the features
  double noise;  // a direction with s <= noise · s_max holds float32 rounding only, and is dropped
};

// The filter W = V g(S) Vᵀ by G alone, so that the long side's singular vectors are never formed:
// wide: X W = response X, and Z W = Z Xᵀ inner X for any Z; otherwise W = response.
struct GramFilter {
  torch::Tensor response;  // g(√G), (K, K), in the features' type, dropped directions zero
  torch::Tensor inner;     // g(√G) G⁺, (K, K), in G's type; undefined unless asked for
  // Singular values of X and of X W, (K), in G's type; undefined where none were needed.
  torch::Tensor singular_values, filtered_values;
};

Gram gram_matrix(const torch::Tensor& x, torch::ScalarType type);

// max(N, D) · eps(float32), the reference's own precision.
double relative_noise(const torch::Tensor& x);

// ‖left p − right p‖ <= tolerance ‖right p‖ for a fixed block p of four vectors, on the device: the
// residual of a matrix identity in O(K²) (Freivalds 1977). Each is given as factors, leftmost
// first.
torch::Tensor agree(const std::vector<torch::Tensor>& left, const std::vector<torch::Tensor>& right,
                    double tolerance);

}  // namespace rdm
