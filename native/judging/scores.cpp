#include "judging/scores.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "spectral/eigh.h"

namespace rdm {
namespace {

constexpr double kShare = 1e-7;  // that is added to each, so that zeros have a logarithm

// exp(−Σ p log p), p = values / Σ values + 1e-7, of `count` values, of which those that are not
// here are zero.
double smoothed_rank(const torch::Tensor& values, int64_t count) {
  const double total = values.sum().item<double>();
  if (total == 0) return 0;
  const auto p = values / total + kShare;
  const auto zeros = static_cast<double>(count - values.numel());
  return std::exp(torch::special::entr(p).sum().item<double>() - zeros * kShare * std::log(kShare));
}

}  // namespace

double rank_me(const torch::Tensor& features) {
  const auto s = singular_values(features);
  return smoothed_rank(s, s.numel());
}

EigenvalueRange EigenvalueRange::of(const torch::Tensor& features) {
  const int64_t most = std::min(features.size(0) - 1, features.size(1));
  return {.first = 2, .last = most * 3 / 4};
}

double alpha_req(const torch::Tensor& features, EigenvalueRange range) {
  const auto x = features.to(torch::kFloat64);
  const auto eigenvalues = singular_values(x - x.mean(/*dim=*/0, /*keepdim=*/true)).flip(0).pow(2);
  constexpr double kNoise = 1e-14;  // of the largest: the Gram matrix is of float64
  const auto sound = eigenvalues.gt(eigenvalues[0] * kNoise).sum().item<int64_t>();
  const int64_t last = std::min(range.last, sound);
  if (last <= range.first) return std::numeric_limits<double>::quiet_NaN();
  const auto y = eigenvalues.slice(0, range.first - 1, last).log();
  const auto i = torch::arange(range.first, last + 1, y.options()).log();
  const auto from_mean = i - i.mean();
  return -(from_mean.dot(y) / from_mean.dot(from_mean)).item<double>();
}

double lidar(const torch::Tensor& views) {
  constexpr double kRidge = 1e-4;
  const auto x = views.to(torch::kFloat64);
  const int64_t images = x.size(0), dim = x.size(2);
  const auto means = x.mean(/*dim=*/1);                        // (images, D)
  const auto between = means - means.mean(/*dim=*/0);          // (images, D)
  const auto inside = (x - means.unsqueeze(1)).flatten(0, 1);  // (images · q, D)
  const auto freedom = static_cast<double>(images * (x.size(1) - 1));
  const auto within = inside.t().mm(inside) / freedom + kRidge * torch::eye(dim, x.options());
  // Σw = L Lᵀ: L⁻¹ Σb L⁻ᵀ has the eigenvalues of Σw^−½ Σb Σw^−½.
  const auto lower = torch::linalg_cholesky(within);
  const auto whitened = torch::linalg_solve_triangular(lower, between.t(), /*upper=*/false).t();
  return smoothed_rank(singular_values(whitened).pow(2), dim);
}

}  // namespace rdm
