// Logistic regression against the optimum that another solver finds in float64.
#include "judging/logistic_regression.h"

#include "check.h"
#include "judging/linear_fit.h"

using namespace rdm;

namespace {

struct Problem {
  torch::Tensor features, labels;
};

// As of a network: not centred, directions of very different size, classes that overlap.
Problem overlapping(int64_t rows, int64_t dim, int64_t classes) {
  torch::manual_seed(6);
  const auto labels = torch::randint(classes, {rows});
  const auto scale = torch::arange(1, dim + 1).to(torch::kFloat32).pow(-1);
  const auto own = torch::randn({classes, dim}).index_select(0, labels);
  const auto mixing = std::get<0>(torch::linalg_qr(torch::randn({dim, dim})));
  return {((torch::randn({rows, dim}) + 0.7 * own) * scale).mm(mixing) + 2, labels};
}

// How far the weights are from the optimum of scikit-learn's objective, relative: what LibTorch's
// own L-BFGS makes of it in float64, from where they are.
double away_from_optimum(const LinearModel& model, const Problem& problem, double strength) {
  const auto features = problem.features.to(torch::kFloat64);
  auto weight = model.weight.clone().requires_grad_();
  auto bias = model.bias.clone().requires_grad_();
  torch::optim::LBFGS optimizer({weight, bias}, torch::optim::LBFGSOptions(1)
                                                    .max_iter(5000)
                                                    .tolerance_grad(1e-9)
                                                    .tolerance_change(0)
                                                    .line_search_fn("strong_wolfe"));
  optimizer.step([&] {
    optimizer.zero_grad();
    const auto logits = torch::addmm(bias, features, weight.t());
    const auto losses = torch::cross_entropy_loss(logits, problem.labels, {}, at::Reduction::Sum);
    auto value = strength * losses + weight.square().sum() / 2;
    value.backward();
    return value;
  });
  const torch::NoGradGuard no_grad;
  return ((model.weight - weight).norm() / weight.norm()).item<double>();
}

// How far they can be from it, relative: the objective is at least as curved as its penalty.
double bound_of_error(const LinearModel& model, const Problem& problem, double strength) {
  auto weight = model.weight.clone().requires_grad_();
  const auto features = problem.features.to(torch::kFloat64), mean = features.mean(0);
  const auto bias =
      model.bias + model.weight.mv(mean);  // of centred features: it has its own optimum
  const auto logits = torch::addmm(bias, features - mean, weight.t());
  (strength * torch::cross_entropy_loss(logits, problem.labels, {}, at::Reduction::Sum) +
   weight.square().sum() / 2)
      .backward();
  return (weight.grad().norm() / weight.norm()).item<double>();
}

}  // namespace

TEST_CASE("the weights are those of the optimum of scikit-learn's objective") {
  const auto problem = overlapping(700, 24, 5);
  const LogisticRegression regression(problem.features.clone(), problem.labels, 5);
  for (const double strength : {1e-4, 1e-2, 1.0, 100.0}) {
    CAPTURE(strength);
    const auto model = regression.fit(strength, 1e-4);
    CHECK(away_from_optimum(model, problem, strength) < 1e-3);  // what is promised
    CHECK(model.bias.sum().abs().item<double>() < 1e-2 * model.bias.norm().item<double>() + 1e-2);
  }
}

TEST_CASE("classes that hardly overlap, with a weak penalty: the probabilities are as good as 1") {
  auto problem = overlapping(4000, 64, 10);
  problem.features += 0.2 * torch::one_hot(problem.labels, 64);
  const LogisticRegression regression(problem.features.clone(), problem.labels, 10);
  for (const double strength : {10.0, 1e3, 1e5}) {
    CAPTURE(strength);
    CHECK(bound_of_error(regression.fit(strength, 1e-3), problem, strength) < 2e-3);
  }
}

TEST_CASE("a start at another strength leads to the same weights") {
  const auto problem = overlapping(300, 10, 3);
  const LogisticRegression regression(problem.features.clone(), problem.labels, 3);
  const auto direct = regression.fit(0.5, 1e-4);
  const auto weak = regression.fit(0.001, 1e-4);
  const auto warm = regression.fit(0.5, 1e-4, &weak);
  CHECK(torch::allclose(warm.weight, direct.weight, 1e-3, 1e-3));
  CHECK(torch::allclose(warm.bias, direct.bias, 1e-3, 1e-2));
}

TEST_CASE("of two classes the difference of the weights is scikit-learn's one vector") {
  const auto problem = overlapping(400, 8, 2);
  const LogisticRegression regression(problem.features.clone(), problem.labels, 2);
  constexpr double kStrength = 0.3;
  const auto model = regression.fit(kStrength, 1e-5);
  auto weight = (model.weight[1] - model.weight[0]).clone().requires_grad_();
  const auto bias = model.bias[1] - model.bias[0];
  const auto logits = problem.features.to(torch::kFloat64).mv(weight) + bias;
  const auto signs = problem.labels.to(torch::kFloat64) * 2 - 1;
  (kStrength * torch::nn::functional::softplus(-signs * logits).sum() + weight.square().sum() / 2)
      .backward();
  CHECK(weight.grad().norm().item<double>() < 1e-3 * weight.norm().item<double>());
}

TEST_CASE("fewer images than features, a feature that never changes, a class without images") {
  torch::manual_seed(7);
  auto features = torch::randn({12, 40});
  features.select(1, 3).fill_(5);
  const auto labels = torch::arange(12) % 3;
  const LogisticRegression regression(features.clone(), labels, 4);
  const auto model = regression.fit(1, 1e-4);
  CHECK(model.weight.isfinite().all().item<bool>());
  CHECK(model.logits(features).argmax(1).equal(labels));
  // Its mean is one of float32.
  const auto largest = model.weight.abs().max().item<double>();
  CHECK(model.weight.select(1, 3).abs().max().item<double>() < 1e-4 * largest);
}

TEST_CASE(
    "the strength is the one that does best on what was held out, and the seed decides which") {
  const auto problem = overlapping(1500, 30, 4);
  const auto fit = [&](uint64_t seed) {
    return fit_linear(problem.features.clone(), problem.labels, 4, seed, [](int64_t) {}, {});
  };
  const auto one = fit(1);
  REQUIRE(one.tried.size() > 3);
  for (const auto& tried : one.tried) {
    const auto best = std::min_element(one.tried.begin(), one.tried.end(),
                                       [](auto& a, auto& b) { return a.loss < b.loss; });
    CHECK(best->strength == one.strength);
    CHECK(tried.top1 > 25);
  }
  CHECK(fit(1).model.weight.equal(one.model.weight));
  CHECK(fit(2).tried.front().loss != one.tried.front().loss);
  CHECK(away_from_optimum(one.model, problem, one.strength) < 1e-3);
}

TEST_CASE("the strength does not hang on the scale of the features") {
  const auto problem = overlapping(600, 12, 3);
  const auto fit = [&](double scale) {
    return fit_linear(problem.features * scale, problem.labels, 3, 0, [](int64_t) {}, {});
  };
  const auto plain = fit(1), large = fit(1000);
  const auto least = [](const LinearFit& fit) {
    double loss = fit.tried.front().loss;
    for (const auto& tried : fit.tried) loss = std::min(loss, tried.loss);
    return loss;
  };
  CHECK(large.tried.front().strength ==
        doctest::Approx(plain.tried.front().strength * 1e-6).epsilon(1e-6));
  CHECK(large.tried.front().loss == doctest::Approx(plain.tried.front().loss).epsilon(1e-3));
  // Of neighbours whose losses are as good as equal, rounding chooses.
  CHECK(least(large) == doctest::Approx(least(plain)).epsilon(1e-3));
  CHECK(std::abs(std::log10(large.strength / plain.strength) + 6) < 0.51);
}

TEST_CASE("one image of each class leaves none to choose the strength with") {
  torch::manual_seed(8);
  const auto fit = fit_linear(torch::randn({6, 9}), torch::arange(6), 6, 0, [](int64_t) {}, {});
  CHECK(fit.tried.empty());
  CHECK(fit.strength > 0);
  CHECK(fit.model.weight.isfinite().all().item<bool>());
}

TEST_CASE("a fit that is stopped ends before the next strength") {
  const auto problem = overlapping(200, 8, 2);
  std::stop_source source;
  int64_t fits = 0;
  fit_linear(
      problem.features.clone(), problem.labels, 2, 0,
      [&](int64_t) {
        if (++fits == 2) source.request_stop();
      },
      source.get_token());
  CHECK(fits == 2);
}
