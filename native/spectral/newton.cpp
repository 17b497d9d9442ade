#include "spectral/newton.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace rdm {
namespace {

// Of the roots, relative; float32 features carry no more digits.
constexpr double kNewtonResidual = 1e-6;

// A^½ and A^−½ of one matrix.
struct Roots {
  torch::Tensor root, inverse;
};

// The coupled iteration Y ← Y T, Z ← T Z with T = (3ρ I − ρ³ Z Y) / 2, from Y = A and Z = I. It
// treats each eigenvalue a of A by itself: x = √(z y) goes from √a to 1, while y goes to √a and z
// to 1/√a. One step takes x to f(x) = ρx (3 − ρ²x²) / 2. The scaling ρ is the largest that keeps
// [l, 1], which holds all x, inside itself: both ends go to the same new l.
//
//        1 |      .-'-.
//   new  l |   .-'     '-.        ρ² = 3 / (1 + l + l²)
//          |  '           '
//          +--l----1/ρ----1-- x
//
// As l is known from the start, so is the number of steps, and nothing is read back on the host.
// a: symmetric, with eigenvalues in (0, 1]; those from smallest² up converge.
Roots square_roots(const torch::Tensor& a, double smallest) {
  const auto identity = torch::eye(a.size(0), a.options());
  Roots y{a, identity};
  for (double l = smallest; 1 - l > 1e-14;) {
    const double rho = std::sqrt(3 / (1 + l + l * l));
    const auto step = torch::addmm(identity, y.inverse, y.root, /*beta=*/1.5 * rho,
                                   /*alpha=*/-0.5 * rho * rho * rho);
    y = {torch::mm(y.root, step), torch::mm(step, y.inverse)};
    l = std::min(1.0, 0.5 * rho * l * (3 - rho * rho * l * l));
  }
  return y;
}

torch::Tensor inverts(const Roots& y, const torch::Tensor& a) {
  const auto identity = torch::eye(a.size(0), a.options());
  return agree({y.inverse, a, y.inverse}, {identity}, kNewtonResidual);
}

// The direction that a batch norm empties: it centres the features, so that 1ᵀ X = 0 and G 1 = 0.
// (N, 1), of unit length where G does have it in its null space; zero where it does not.
torch::Tensor null_mean(const Gram& gram) {
  const auto& g = gram.matrix;
  const int64_t n = g.size(0);
  const auto mean = torch::full({n, 1}, 1 / std::sqrt(static_cast<double>(n)), g.options());
  if (!gram.wide) return torch::zeros_like(mean);
  // ‖G‖² / tr G = Σ λ² / Σ λ is at most the largest eigenvalue.
  const auto largest = g.square().sum() / g.trace();
  const auto energy = torch::mm(mean.t(), torch::mm(g, mean));
  return torch::where(energy <= largest * (gram.noise * gram.noise), mean, 0.0);
}

// g without the direction q: (I − q qᵀ) g (I − q qᵀ).
torch::Tensor without(const torch::Tensor& g, const torch::Tensor& q) {
  const auto rows = g - torch::mm(q, torch::mm(q.t(), g));
  return rows - torch::mm(torch::mm(rows, q), q.t());
}

// A^(quarters / 4): `half` holds the roots A^±½; `quarter`, for odd quarters, A^±¼.
torch::Tensor power(const Roots& half, const Roots& quarter, int quarters) {
  torch::Tensor product;
  const auto multiply = [&](const torch::Tensor& factor) {
    product = product.defined() ? torch::mm(product, factor) : factor;
  };
  if (quarters % 2 != 0) multiply(quarters > 0 ? quarter.root : quarter.inverse);
  for (int i = 0; i < std::abs(quarters) / 2; ++i)
    multiply(quarters > 0 ? half.root : half.inverse);
  return product.defined() ? product : torch::eye(half.root.size(0), half.root.options());
}

}  // namespace

bool newton_applies(FilterShape shape, double sigma) {
  constexpr std::array<double, 6> powers{2, 1, 0.5, 0, -0.5, -1};
  return shape == FilterShape::poly &&
         std::find(powers.begin(), powers.end(), sigma) != powers.end();
}

GramFilter newton_filter(const Gram& gram, double sigma, bool with_inner) {
  const torch::NoGradGuard no_grad;
  const auto& g = gram.matrix;
  if (sigma == 2) return {g, torch::eye(g.size(0), g.options())};

  // A = G / ‖G‖ with an eigenvalue of 1 in the place of the null one: every power keeps a 1 there,
  // which is taken away at the end.
  const auto q = null_mean(gram);
  const auto scale = g.norm();
  const auto null = torch::mm(q, q.t());
  const auto a = without(g, q) / scale + null;
  // The eigenvalues that matter are at least noise² λ_max, and ‖G‖ is at most √K λ_max.
  const double smallest = gram.noise / std::pow(static_cast<double>(g.size(0)), 0.25);
  const auto half = square_roots(a, smallest);
  // ‖A^−½‖ <= 1 / noise: no other direction is down at the noise, where it must be dropped.
  auto sound = inverts(half, a) & (half.inverse.norm() * gram.noise <= 1);
  Roots quarter;
  const int quarters = static_cast<int>(2 * sigma);
  if (quarters % 2 != 0) {
    quarter = square_roots(half.root, std::sqrt(smallest));
    sound = sound & inverts(quarter, half.root);
  }

  const auto result = [&](int exponent) {  // G^(exponent / 4)
    const auto powered = (power(half, quarter, exponent) - null) * scale.pow(exponent / 4.0);
    return torch::where(sound, powered, 0.0);
  };
  return {result(quarters).to(gram.type),
          with_inner ? result(quarters - 4) : torch::Tensor(),
          {},
          sound};
}

}  // namespace rdm
