#include "spectral/gram.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace rdm {
namespace {

constexpr int64_t kSmallestProduct = int64_t{1} << 25;  // below it halving costs more than it saves

// rows rowsᵀ, the upper right corner mirrored instead of multiplied.
torch::Tensor self_product(const torch::Tensor& rows, int depth) {
  const int64_t n = rows.size(0), half = n / 2;
  if (depth == 0 || n * n * rows.size(1) < kSmallestProduct) return torch::mm(rows, rows.t());
  const auto top = rows.narrow(0, 0, half), bottom = rows.narrow(0, half, n - half);
  const auto corner = torch::mm(bottom, top.t());
  return torch::cat({torch::cat({self_product(top, depth - 1), corner.t()}, 1),
                     torch::cat({corner, self_product(bottom, depth - 1)}, 1)});
}

torch::Tensor times(const std::vector<torch::Tensor>& factors, torch::Tensor vectors) {
  for (auto factor = factors.rbegin(); factor != factors.rend(); ++factor) {
    vectors = torch::mm(*factor, vectors);
  }
  return vectors;
}

}  // namespace

Gram gram_matrix(const torch::Tensor& x, torch::ScalarType type) {
  const torch::NoGradGuard no_grad;
  const bool wide = x.size(0) <= x.size(1);
  const auto features = x.detach().to(type);
  return {self_product(wide ? features : features.t(), /*depth=*/2), wide, x.scalar_type(),
          relative_noise(x)};
}

double relative_noise(const torch::Tensor& x) {
  return static_cast<double>(std::max(x.size(0), x.size(1))) *
         std::numeric_limits<float>::epsilon();
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
