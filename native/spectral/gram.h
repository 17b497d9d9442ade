// The smaller Gram matrix of a feature matrix, from which the solvers of the filter start.
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

// One product; on a CPU, where multiplications are what takes the time, blocks of it that leave out
// what is there twice. type: of the matrix. Squaring halves the digits of the singular values, so
// solvers that take roots of G ask for float64.
Gram gram_matrix(const torch::Tensor& x, torch::ScalarType type);

// Xᵀ X, (D, D), whichever side is the smaller: those of parts of the rows add up to that of all.
torch::Tensor products_of_columns(const torch::Tensor& x, torch::ScalarType type);

bool is_wide(const torch::Tensor& x);

// max(N, D) · eps(float32), the reference's own precision.
double relative_noise(int64_t rows, int64_t dim);

// Whether two matrices are equal but for rounding: ‖left p − right p‖ <= tolerance ‖right p‖ for a
// fixed block p of four vectors (Freivalds 1977), which takes O(K²) where comparing the products
// takes O(K³). Each matrix is given by its factors, leftmost first. The answer stays on the device.
torch::Tensor agree(const std::vector<torch::Tensor>& left, const std::vector<torch::Tensor>& right,
                    double tolerance);

}  // namespace rdm
