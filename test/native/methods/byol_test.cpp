// BYOL and RDM_BYOL: whole steps against the reference's, and the momentum network.
#include "methods/byol.h"

#include "check.h"
#include "methods/momentum.h"
#include "trajectories.h"

using namespace rdm;
using test::momentum_encoder;
using test::small_byol;

TEST_CASE("golden byol_trajectory: four steps of RDM_BYOL with LARS and the momentum target") {
  test::check_byol_trajectories();
}

TEST_CASE("figures: byol_trajectory in float64 against the golden file" * doctest::skip()) {
  test::print_byol_distances();
}

TEST_CASE(
    "the momentum network starts as a copy, follows without gradient, keeps its own statistics") {
  torch::manual_seed(1);
  Byol model(small_byol());
  auto target = momentum_encoder(model);
  const auto online = model->encoder();
  CHECK(target->parameters()[0].equal(online->parameters()[0]));
  for (const auto& parameter : target->parameters()) CHECK(!parameter.requires_grad());
  const auto groups = model->parameter_groups();
  for (const auto& parameter : groups[0].parameters) {
    for (const auto& followed : target->parameters()) CHECK(!parameter.is_same(followed));
  }
  const auto output =
      model->forward({torch::randn({4, 3, 16, 16}), torch::randn({4, 3, 16, 16})}, nullptr);
  CHECK(output.momentum_features.size() == 2);
  CHECK(!output.momentum_features[0].requires_grad());
  {
    const torch::NoGradGuard no_grad;
    online->parameters()[0].add_(1);
    online->buffers()[0].add_(100);
  }
  const auto before = target->parameters()[0].clone(), statistics = target->buffers()[0].clone();
  update_momentum(*target, *online, 0.9);
  CHECK((target->parameters()[0] - before).mean().item<double>() == doctest::Approx(0.1));
  CHECK(target->buffers()[0].equal(statistics));
}

TEST_CASE("BYOL with small crops: each predicts both large crops, which predict each other") {
  for (const bool filtered : {false, true}) {
    CAPTURE(filtered);
    auto options = small_byol();
    if (filtered) options.filter = parse_filter("poly", "target", -0.5, "own", false, "auto");
    torch::manual_seed(4);
    Byol model(options);
    model->to(torch::kFloat64);
    std::vector<torch::Tensor> views;
    for (const int64_t size : {16, 16, 8, 8}) {
      views.push_back(torch::randn({8, 3, size, size}, torch::kFloat64));
    }
    const auto loss = model->forward(views, nullptr).loss.item<double>();

    // Each network takes views one by one in training, so that running statistics matter not.
    std::vector<torch::Tensor> p, z;
    const auto predictor = model->named_children();
    for (const auto& view : views) {
      auto output = model->encoder()->forward(view);
      if (!filtered) output = predictor["predictor"]->as<torch::nn::Sequential>()->forward(output);
      p.push_back(output);
      z.push_back(momentum_encoder(model)->forward(view).detach());
    }
    double expected = 0;
    for (const size_t target : {0U, 1U}) {
      const auto s = torch::linalg_svd(z[target], /*full_matrices=*/false);
      const auto high_pass = torch::mm(std::get<0>(s) * std::get<1>(s).pow(0.5), std::get<2>(s));
      for (size_t predicted = 0; predicted < 4; ++predicted) {
        if (predicted == target) continue;
        const auto cosine =
            torch::cosine_similarity(p[predicted], filtered ? high_pass : z[target], /*dim=*/1);
        expected += 2 - 2 * cosine.mean().item<double>();
      }
    }
    CHECK(loss == doctest::Approx(expected).epsilon(1e-9));
  }
}

TEST_CASE("BYOL with its learnable predictor: that learns, and the target has none") {
  torch::manual_seed(2);
  Byol model(small_byol());
  const auto output =
      model->forward({torch::randn({8, 3, 16, 16}), torch::randn({8, 3, 16, 16})}, nullptr);
  output.loss.backward();
  const auto groups = model->parameter_groups();
  for (const auto& parameter : groups[0].parameters) CHECK(parameter.grad().defined());
  int predictors = 0;
  for (const auto& child : model->named_children()) predictors += child.key() == "predictor";
  CHECK(predictors == 1);
}
