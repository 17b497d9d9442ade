#include "spectral/transfer.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace rdm {
namespace {

using torch::Tensor;

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// Of y against x, (K) each: the slope and its share of the variance of y.
std::pair<double, double> straight_line(const Tensor& x, const Tensor& y) {
  if (x.numel() < 2) return {kNothing, kNothing};
  const auto dx = x - x.mean(), dy = y - y.mean();
  const auto slope = (dx * dy).sum() / dx.square().sum();
  const auto left = (dy - slope * dx).square().sum();
  return {slope.item<double>(), (1 - left / dy.square().sum()).item<double>()};
}

}  // namespace

Directions directions_of(const Tensor& x) {
  const auto exact = x.to(torch::kFloat64);
  const bool wide = exact.size(0) < exact.size(1);
  const auto gram = wide ? exact.mm(exact.t()) : exact.t().mm(exact);
  auto [squares, vectors] = torch::linalg_eigh(gram);
  const auto s = squares.flip(0).clamp_min(0).sqrt();
  vectors = vectors.flip(1);
  const double noise =
      static_cast<double>(std::max(x.size(0), x.size(1))) * std::numeric_limits<float>::epsilon();
  const auto kept = (s > s[0] * noise).nonzero().flatten();
  const auto found = s.index_select(0, kept);
  vectors = vectors.index_select(1, kept);
  return {found, wide ? exact.t().mm(vectors) / found : vectors};
}

Transfer measured_filter(const Tensor& input, const Tensor& output) {
  const auto [s, v] = directions_of(input);
  const auto x = input.to(torch::kFloat64).mm(v), y = output.to(torch::kFloat64);
  const auto gain = (x * y.mm(v)).sum(0) / s.square();
  const auto left = (y - (x * gain).mm(v.t())).square().sum() / y.square().sum();
  const auto positive = (gain > 0).nonzero().flatten();
  const auto [sigma, fit] =
      straight_line(s.index_select(0, positive).log(), gain.index_select(0, positive).log());
  return {s, gain, 1 - left.item<double>(), sigma, fit};
}

Tensor alignment_of(const Directions& online, const Directions& target) {
  const auto both = std::min(online.vectors.size(1), target.vectors.size(1));
  const auto first = [&](const Directions& all) { return all.vectors.slice(1, 0, both); };
  return (first(online) * first(target)).sum(0).abs();
}

}  // namespace rdm
