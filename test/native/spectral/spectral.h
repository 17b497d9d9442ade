// Features and filters for the tests of the spectral filter.
#pragma once
#include <cmath>
#include <string>

#include "check.h"
#include "spectral/spec.h"

namespace rdm::test {

inline FilterSpec poly(double sigma, FilterSolver solver = FilterSolver::automatic) {
  return FilterSpec{.sigma = sigma, .solver = solver};
}

inline double relative(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

// Orthonormal columns, (rows, columns), float64.
inline torch::Tensor orthonormal(int64_t rows, int64_t columns) {
  return std::get<0>(torch::linalg_qr(torch::randn({rows, columns}, torch::kFloat64)));
}

// (n, d) features of the given rank whose singular values fall geometrically from `scale` to
// `scale / condition`, float32.
inline torch::Tensor features(int64_t n, int64_t d, int64_t rank, double condition, double scale) {
  const auto s = torch::logspace(0, -std::log10(condition), rank, 10.0, torch::kFloat64) * scale;
  return torch::mm(orthonormal(n, rank) * s, orthonormal(d, rank).t()).to(torch::kFloat32);
}

}  // namespace rdm::test
