// A filter measured from what goes in and what comes out.
#include "spectral/transfer.h"

#include <cmath>

#include "check.h"
#include "spectral/filter.h"

using namespace rdm;

namespace {

// (N, D), with a spectrum that falls over three decades.
torch::Tensor features(int64_t n, int64_t d) {
  const auto options = torch::kFloat64;
  const int64_t k = std::min(n, d);
  const auto u = std::get<0>(torch::linalg_qr(torch::randn({n, k}, options)));
  const auto v = std::get<0>(torch::linalg_qr(torch::randn({d, k}, options)));
  return (u * torch::logspace(1, -2, k, 10, options)).mm(v.t());
}

}  // namespace

TEST_CASE("the measured filter of poly sigma is the line of slope sigma") {
  torch::manual_seed(1);
  for (const double sigma : {-1.0, -0.5, 0.5, 1.0}) {
    for (const auto& [n, d] : {std::pair<int64_t, int64_t>{60, 24}, {24, 60}}) {
      CAPTURE(sigma);
      CAPTURE(n);
      const auto x = features(n, d);
      const FilterSpec spec{.sigma = sigma};
      const auto measured = measured_filter(x, Filter({x}, spec).apply(x));
      CHECK(measured.sigma == doctest::Approx(sigma).epsilon(1e-6));
      CHECK(measured.fit > 1 - 1e-9);
      CHECK(measured.explained == doctest::Approx(1).epsilon(1e-9));
      const auto expected = measured.singular_values.pow(sigma);
      CHECK(torch::allclose(measured.gain, expected, 1e-6));
    }
  }
}

TEST_CASE("the measured filter of float32 features has their slope, too") {
  torch::manual_seed(1);
  const auto x = features(60, 24).to(torch::kFloat32);
  const auto measured = measured_filter(x, Filter({x}, {.sigma = -1}).apply(x));
  CHECK(measured.sigma == doctest::Approx(-1).epsilon(1e-3));
  CHECK(measured.fit > 0.9999);
}

TEST_CASE("the measured filter of what is no filter explains what it can") {
  torch::manual_seed(1);
  const auto x = features(40, 12), noise = torch::randn({40, 12}, torch::kFloat64);
  const auto nothing = measured_filter(x, noise * 1e-3 + x);
  CHECK(nothing.explained > 0.99);
  CHECK(measured_filter(x, noise).explained < 0.5);
  const auto turned = measured_filter(x, -x);  // every gain is -1: there is no power of s
  CHECK(torch::allclose(turned.gain, torch::full({12}, -1., torch::kFloat64)));
  CHECK(std::isnan(turned.sigma));
  CHECK(turned.explained == doctest::Approx(1));
}

TEST_CASE("the directions of features are their right singular vectors, without rounding noise") {
  torch::manual_seed(1);
  for (const auto& [n, d] : {std::pair<int64_t, int64_t>{40, 12}, {12, 40}}) {
    const auto x = features(n, d);
    const auto [u, s, vh] = torch::linalg_svd(x, /*full_matrices=*/false);
    const auto found = directions_of(x);
    CHECK(torch::allclose(found.singular_values, s, 1e-6));
    CHECK(torch::allclose((found.vectors.t().mm(vh.t())).abs(), torch::eye(12, torch::kFloat64),
                          1e-6, 1e-6));
  }
  const auto flat = torch::cat({features(40, 12), torch::zeros({40, 4}, torch::kFloat64)}, 1);
  CHECK(directions_of(flat).singular_values.numel() == 12);
}

TEST_CASE("branches of the same directions are aligned, and of others not") {
  torch::manual_seed(1);
  const auto x = features(40, 12);
  const auto same = directions_of(x);
  CHECK(torch::allclose(alignment_of(same, directions_of(Filter({x}, {.sigma = 0.5}).apply(x))),
                        torch::ones({12}, torch::kFloat64), 1e-4));
  // A high-pass beyond -1 turns the order round: the first direction is the last.
  const auto turned = directions_of(Filter({x}, {.sigma = -2}).apply(x));
  CHECK(alignment_of(same, turned).max().item<double>() < 1e-3);
}
