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
