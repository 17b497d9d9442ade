// Features and filters for the tests of the spectral filter.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "spectral/filter.h"
#include "spectral/response.h"

namespace rdm::test {

inline FilterSpec poly(double sigma, FilterSolver solver = FilterSolver::automatic) {
  return FilterSpec{.sigma = sigma, .solver = solver};
}

// Every solver on every shape it does.
inline std::vector<FilterSpec> every_filter() {
  std::vector<FilterSpec> all;
  for (const auto solver : {FilterSolver::automatic, FilterSolver::eigh, FilterSolver::svd}) {
    for (const double sigma : {1.0, 2.0, 0.3, -0.7, -1.0}) all.push_back(poly(sigma, solver));
    for (const auto shape : {FilterShape::log, FilterShape::log_1, FilterShape::log_2}) {
      all.push_back(FilterSpec{.shape = shape, .solver = solver});
    }
  }
  for (const double sigma : {2.0, 1.0, 0.5, 0.0, -0.5, -1.0}) {
    all.push_back(poly(sigma, FilterSolver::newton));
  }
  return all;
}

// Z W by the filter of x, which may be z itself.
inline torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& x,
                                  const FilterSpec& spec) {
  FilterInput input{x.detach()};
  if (z.is_same(x)) input.first_row = 0;
  input.gradient = z.requires_grad();
  return Filter(input, spec).apply(z);
}

// The paper's W = V g(S) Vᵀ from x = U S Vᵀ as it stands, (D, D), float64. Singular values of
// float32's rounding noise count as zero, and their directions are dropped.
inline torch::Tensor literal_filter(const torch::Tensor& x, const FilterSpec& spec) {
  const auto [u, s, vt] = torch::linalg_svd(x.to(torch::kFloat64), /*full_matrices=*/false);
  const auto noise =
      static_cast<double>(std::max(x.size(0), x.size(1))) * std::numeric_limits<float>::epsilon();
  const auto g = torch::where(s > s.max() * noise, filter_response(s, spec), 0.0);
  return vt.t().mm(torch::diag(g)).mm(vt);
}

// Whether a solver has found a filter.
inline bool sound(const GramFilter& filter) {
  return !filter.sound.defined() || filter.sound.item<bool>();
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
