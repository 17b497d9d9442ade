// Properties every filter has, over features of random shape, rank, condition and scale.
// A failure prints the seed; `draw(seed)` gives the features again.
#include "spectral.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"

using namespace rdm;
using test::apply_filter;
using test::orthonormal;
using test::relative;

namespace {

constexpr int kDraws = 60;
constexpr double kClose = 2e-4;  // float32 times the largest condition drawn, 100, with room

struct Draw {
  torch::Tensor x;  // (N, D), float32
  int64_t rank;
};

int64_t between(int64_t low, int64_t high) {
  return torch::randint(low, high + 1, {1}).item<int64_t>();
}

// Full rank, low rank, or centred over the batch as a batch norm leaves it.
Draw draw(int seed) {
  torch::manual_seed(seed);
  const int64_t n = between(2, 80), d = between(2, 80), full = std::min(n, d);
  const double condition = std::pow(10.0, torch::rand({1}).item<double>() * 2);
  const double scale = std::pow(10.0, torch::rand({1}).item<double>() * 4 - 2);
  const int64_t rank = seed % 3 == 0 ? between(1, full) : full;
  auto x = test::features(n, d, rank, condition, scale);
  if (seed % 3 == 1) x = x - x.mean(0);
  return {x, torch::linalg_matrix_rank(x, {}, 1e-4, false).item<int64_t>()};
}

// check(x, W, spec), where W(z) filters z by its own vectors.
template <typename Check>
void for_all(const Check& check) {
  for (int seed = 0; seed < kDraws; ++seed) {
    const auto [x, rank] = draw(seed);
    for (const auto& spec : test::every_filter()) {
      CAPTURE(seed);
      CAPTURE(spec.sigma);
      CAPTURE(static_cast<int>(spec.shape));
      CAPTURE(static_cast<int>(spec.solver));
      check(x, [&](const torch::Tensor& z) { return apply_filter(z, z, spec); });
    }
  }
}

}  // namespace

TEST_CASE("property: rotating the features rotates what comes out") {
  for_all([](const torch::Tensor& x, const auto& filter) {
    const auto q = orthonormal(x.size(1), x.size(1)).to(torch::kFloat32);
    CHECK(relative(filter(torch::mm(x, q)), torch::mm(filter(x), q)) < kClose);
  });
}

TEST_CASE("property: permuting the batch permutes what comes out") {
  for_all([](const torch::Tensor& x, const auto& filter) {
    const auto order = torch::randperm(x.size(0));
    CHECK(relative(filter(x.index_select(0, order)), filter(x).index_select(0, order)) < kClose);
  });
}

TEST_CASE("property: sigma 0 is the projection on the space the features span") {
  for (int seed = 0; seed < kDraws; ++seed) {
    CAPTURE(seed);
    const auto [x, rank] = draw(seed);
    const auto z = torch::randn_like(x);
    const auto v = std::get<2>(torch::linalg_svd(x.to(torch::kFloat64), false)).narrow(0, 0, rank);
    const auto projected = torch::mm(torch::mm(z.to(torch::kFloat64), v.t()), v);
    for (const auto solver :
         {FilterSolver::automatic, FilterSolver::eigh, FilterSolver::svd, FilterSolver::newton}) {
      CAPTURE(static_cast<int>(solver));
      const auto spec = test::poly(0, solver);
      CHECK(relative(apply_filter(z, x, spec), projected) < kClose);
      CHECK(relative(apply_filter(x, x, spec), x) < kClose);
    }
  }
}

TEST_CASE("property: an online power, then its opposite, give the features back") {
  for (int seed = 0; seed < kDraws; ++seed) {
    CAPTURE(seed);
    // Float64: the way back magnifies rounding by the condition to the power sigma + 1.
    const auto x = draw(seed).x.to(torch::kFloat64);
    for (const double sigma : {1.0, 0.5, 0.3, 2.0, -1.0}) {
      CAPTURE(sigma);
      // Both filters from x: the second would otherwise see the powers of the first.
      const auto there = apply_filter(x, x, test::poly(sigma));
      CHECK(relative(apply_filter(there, x, test::poly(-sigma)), x) < 1e-6);
    }
  }
}

TEST_CASE("property: low-pass online or high-pass target, the rank difference is positive") {
  const auto rank = [](const torch::Tensor& x) {
    return effective_rank(singular_values(x)).singular_values.item<double>();
  };
  for (int seed = 0; seed < kDraws; ++seed) {
    const auto [x, dimensions] = draw(seed);
    if (dimensions < 2) continue;  // one direction has no rank to lower
    CAPTURE(seed);
    const auto filtered = [&](const FilterSpec& spec) { return rank(apply_filter(x, x, spec)); };
    CHECK(rank(x) > filtered(test::poly(1)));
    CHECK(rank(x) > filtered({.shape = FilterShape::log_1}));
    CHECK(rank(x) > filtered({.shape = FilterShape::log_2}));
    CHECK(filtered(test::poly(-0.5)) > rank(x));
    CHECK(filtered(test::poly(-1)) == doctest::Approx(static_cast<double>(dimensions)));
  }
}
