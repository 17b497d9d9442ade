// Each solver against a float64 SVD, where the features are ordinary and where they are not.
#include "methods/rank_difference.h"
#include "spectral.h"
#include "spectral/eigh.h"
#include "spectral/gram.h"
#include "spectral/newton.h"

using namespace rdm;
using test::apply_filter;
using test::features;
using test::literal_filter;
using test::poly;
using test::relative;
using test::sound;

namespace {

const std::vector<FilterSolver> kSolvers{FilterSolver::automatic, FilterSolver::eigh,
                                         FilterSolver::svd, FilterSolver::newton};
const std::vector<double> kNewtonPowers{2, 1, 0.5, 0, -0.5, -1};

torch::Tensor centred(const torch::Tensor& x) {
  return x - x.mean(0);
}

}  // namespace

TEST_CASE("every solver filters as a float64 SVD does, and so does its gradient") {
  torch::manual_seed(1);
  const std::vector<torch::Tensor> cases{
      centred(features(24, 60, 24, 30, 5)), features(24, 60, 24, 30, 5),
      features(60, 24, 24, 30, 5),          centred(features(32, 32, 32, 30, 5)),
      features(24, 60, 7, 30, 5),           features(150, 151, 150, 30, 5)};
  for (const auto& x : cases) {
    CAPTURE(x.sizes());
    const auto other = torch::randn_like(x), gradient = torch::randn_like(x);
    for (const auto solver : kSolvers) {
      for (const double sigma : kNewtonPowers) {
        CAPTURE(static_cast<int>(solver));
        CAPTURE(sigma);
        const auto spec = poly(sigma, solver);
        const auto w = literal_filter(x, spec).to(torch::kFloat32);
        const auto leaf = x.clone().requires_grad_();
        const auto filtered = apply_filter(leaf, leaf, spec);
        // 30 is the condition: float32 loses that much of its 1e-7, a few times over.
        CHECK(relative(filtered, torch::mm(x, w)) < 3e-5);
        filtered.backward(gradient);
        CHECK(relative(leaf.grad(), torch::mm(gradient, w)) < 3e-5);
        CHECK(relative(apply_filter(other, x, spec), torch::mm(other, w)) < 3e-5);
      }
    }
  }
}

TEST_CASE("newton finds what the eigenvectors say, with the direction that a batch norm empties") {
  torch::manual_seed(2);
  const auto exactly = [](int64_t n, int64_t d) {
    return features(n, d, std::min(n, d), 200, 5).to(torch::kFloat64);
  };
  for (const auto& x :
       {exactly(32, 64), centred(exactly(32, 64)), centred(exactly(48, 48)), exactly(90, 40)}) {
    const auto gram = gram_matrix(x, torch::kFloat64);
    for (const double sigma : {1.0, 0.5, 0.0, -0.5, -1.0}) {
      CAPTURE(x.sizes());
      CAPTURE(sigma);
      const auto newton = newton_filter(gram, sigma, true);
      const auto exact = eigh_filter(gram, poly(sigma), true);
      REQUIRE(sound(newton));
      REQUIRE(sound(exact));
      CHECK(relative(newton.response, exact.response) < 1e-8);
      CHECK(relative(newton.inner, exact.inner) < 1e-8);
    }
  }
}

TEST_CASE("newton leaves other singular features to a decomposition") {
  torch::manual_seed(3);
  auto twice = features(32, 64, 32, 20, 5);
  twice[1] = twice[0];  // the same image twice
  for (const auto& x :
       {features(32, 64, 20, 20, 5), features(64, 32, 20, 20, 5), twice, torch::zeros({8, 16})}) {
    for (const double sigma : {1.0, 0.5, 0.0, -0.5, -1.0}) {
      const auto newton = newton_filter(gram_matrix(x, torch::kFloat64), sigma, true);
      CHECK_FALSE(sound(newton));
      CHECK(newton.response.eq(0).all().item<bool>());
      CHECK(newton.inner.eq(0).all().item<bool>());
    }
  }
}

TEST_CASE("a residual that is high is seen: the factors of another matrix do not pass") {
  torch::manual_seed(4);
  const auto g = gram_matrix(features(32, 64, 32, 20, 5), torch::kFloat64).matrix;
  const auto [values, vectors] = torch::linalg_eigh(g);
  CHECK(agree({vectors * values, vectors.t()}, {g}, 1e-10).item<bool>());
  const auto wrong = values + torch::one_hot(torch::tensor(3), 32) * values[3] * 1e-3;
  CHECK_FALSE(agree({vectors * wrong, vectors.t()}, {g}, 1e-10).item<bool>());
}

TEST_CASE("the null space is kept on purpose only") {
  torch::manual_seed(5);
  const auto x = centred(torch::randn({16, 40}));
  auto spec = poly(-1);
  const auto singular = [&] {
    return torch::linalg_svdvals(apply_filter(x, x, spec), std::nullopt);
  };
  CHECK(singular()[15].item<double>() < 1e-5);
  spec.keep_null_space = true;
  CHECK(singular()[15].item<double>() > 0.1);
}

TEST_CASE("features that are not finite give a loss that is not finite, not a crash") {
  auto p = torch::randn({8, 16});
  p[3][2] = std::numeric_limits<float>::quiet_NaN();
  for (const auto solver : kSolvers) {
    for (const double sigma : kNewtonPowers) {
      const auto leaf = p.clone().requires_grad_();
      const auto loss =
          align({{leaf, torch::randn({8, 16})}}, poly(sigma, solver), nullptr)[0].cosine;
      CHECK(std::isnan(loss.item<double>()));
      loss.backward();
    }
  }
}

TEST_CASE("collapsed features filter: all rows equal, all zero") {
  for (const auto solver : kSolvers) {
    for (const double sigma : kNewtonPowers) {
      CAPTURE(static_cast<int>(solver));
      CAPTURE(sigma);
      const auto equal = torch::full({8, 4}, 3.0f);  // one direction, s = 3 √32
      const auto spec = poly(sigma, solver);
      CHECK(relative(apply_filter(equal, equal, spec), equal * std::pow(3 * std::sqrt(32), sigma)) <
            1e-5);
      const auto zero = torch::zeros({8, 4}).requires_grad_();
      const auto loss = align({{zero, torch::zeros({8, 4})}}, spec, nullptr)[0].cosine;
      CHECK(loss.item<double>() == 0);
      loss.backward();
      CHECK(torch::isfinite(zero.grad()).all().item<bool>());
    }
  }
}
