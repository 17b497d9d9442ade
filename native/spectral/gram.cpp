#include "spectral/gram.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace rdm {
namespace {

// Splitting a product of fewer multiplications costs more than it saves.
constexpr int64_t kSmallestProduct = int64_t{1} << 25;

// rows rowsᵀ is symmetric, so the upper right corner is the lower left one mirrored:
//
//   [ top topᵀ      cornerᵀ         ]
//   [ corner        bottom bottomᵀ  ]   corner = bottom topᵀ
//
// One split multiplies 3/4 of what the whole product does; splitting the two diagonal blocks again,
// 5/8.
torch::Tensor self_product(const torch::Tensor& rows, int depth) {
  const int64_t n = rows.size(0), half = n / 2;
  if (depth == 0 || n * n * rows.size(1) < kSmallestProduct) return torch::mm(rows, rows.t());
  const auto top = rows.narrow(0, 0, half), bottom = rows.narrow(0, half, n - half);
  const auto corner = torch::mm(bottom, top.t());
  return torch::cat({torch::cat({self_product(top, depth - 1), corner.t()}, 1),
                     torch::cat({corner, self_product(bottom, depth - 1)}, 1)});
}

torch::Tensor products_of_rows(const torch::Tensor& rows) {
  return self_product(rows, rows.is_cpu() ? 2 : 0);
}

// The product of all factors and `vectors`, from the right, so that only thin matrices are made.
torch::Tensor times(const std::vector<torch::Tensor>& factors, torch::Tensor vectors) {
  for (auto factor = factors.rbegin(); factor != factors.rend(); ++factor) {
    vectors = torch::mm(*factor, vectors);
  }
  return vectors;
}

}  // namespace

Gram gram_matrix(const torch::Tensor& x, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  const bool wide = is_wide(x);
  return {wide ? products_of_rows(x.detach().to(type)) : products_of_columns(x, type), wide,
          x.scalar_type(), relative_noise(x.size(0), x.size(1))};
}

torch::Tensor products_of_columns(const torch::Tensor& x, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  return products_of_rows(x.detach().to(type).t());
}

bool is_wide(const torch::Tensor& x) {
  return x.size(0) <= x.size(1);
}

double relative_noise(int64_t rows, int64_t dim) {
  return static_cast<double>(std::max(rows, dim)) * std::numeric_limits<float>::epsilon();
}

torch::Tensor agree(const std::vector<torch::Tensor>& left, const std::vector<torch::Tensor>& right,
                    double tolerance) {
  const auto options = left.front().options();
  const auto rows = torch::arange(1, left.front().size(1) + 1, options);
  const auto probe = torch::outer(rows, torch::arange(1, 5, options)).cos();
  const auto expected = times(right, probe);
  return (times(left, probe) - expected).norm() <= expected.norm() * tolerance;
}

}  // namespace rdm
