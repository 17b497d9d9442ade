// BYOL and RDM_BYOL: whole steps against the reference's, and the momentum network.
#include "methods/byol.h"

#include "check.h"
#include "golden.h"
#include "methods/momentum.h"
#include "optim/sgd.h"

using namespace rdm;

namespace {

MethodOptions small_byol() {
  MethodOptions options{.name = MethodName::byol, .arch = "resnet18"};
  options.stem.kind = Stem::Kind::cifar;
  options.zero_init_residual = false;
  options.dim = 48;
  options.proj_hidden_dim = 128;
  options.pred_dim = 32;
  return options;
}

// The golden file's own initialisation, which does not depend on how layers draw theirs.
void fill(Byol& model) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  auto online = model->encoder();
  for (auto& item : online->named_parameters()) {
    auto& parameter = item.value();
    if (parameter.dim() > 1) {
      parameter.normal_(0, 0.05);
    } else {
      parameter.fill_(item.key().ends_with("weight") ? 1 : 0);
    }
  }
}

ResNet momentum_encoder(Byol& model) {
  return ResNet(std::dynamic_pointer_cast<ResNetImpl>(model->named_children()["momentum_encoder"]));
}

double abs_sum(ResNet network) {
  double sum = 0;
  for (const auto& p : network->parameters())
    sum += p.to(torch::kFloat64).abs().sum().item<double>();
  return sum;
}

}  // namespace

// In the contiguous layout that the golden run had: on these networks the rounding of the
// channels_last kernels alone takes Python's torch, too, over the tolerance from the second step
// on.
TEST_CASE("golden byol_trajectory: four steps of RDM_BYOL with LARS and the momentum target") {
  const auto golden = test::golden_json("byol_trajectory.json");
  const auto tolerance = golden["tolerance_per_step"].get<std::vector<double>>();
  REQUIRE(golden["trajectories"].size() > 0);
  for (const auto& trajectory : golden["trajectories"]) {
    const std::string type = trajectory["pred_type"], location = trajectory["pred_location"];
    CAPTURE(type);
    CAPTURE(location);
    auto options = small_byol();
    options.filter = parse_filter(type, location, trajectory["sigma"], "own", false, "auto");
    Byol model(options);
    fill(model);
    start_as_copy(*momentum_encoder(model), *model->encoder());
    SgdGroup group;
    group.parameters = model->parameter_groups()[0].parameters;
    group.lr = 0.3;
    group.weight_decay = 1e-5;
    group.lars_eta = 0.02;
    Sgd optimizer({group});
    torch::manual_seed(6);
    const auto losses = trajectory["losses"].get<std::vector<double>>();
    const auto steps = static_cast<int64_t>(losses.size());
    for (int64_t step = 0; step < steps; ++step) {
      CAPTURE(step);
      const auto x1 = torch::randn({64, 3, 16, 16}), x2 = torch::randn({64, 3, 16, 16});
      const auto output = model->forward({x1, x2});
      CHECK(std::abs(output.loss.item<double>() - losses[step]) < tolerance[step]);
      optimizer.zero_grad();
      output.loss.backward();
      optimizer.step();
      model->after_update(step + 1, steps);
    }
    CHECK(abs_sum(momentum_encoder(model)) ==
          doctest::Approx(trajectory["target_abs_sum"].get<double>()).epsilon(1e-6));
  }
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
  const auto output = model->forward({torch::randn({4, 3, 16, 16}), torch::randn({4, 3, 16, 16})});
  CHECK(output.momentum_features.size() == 2);
  CHECK(!output.momentum_features[0].requires_grad());
  {
    const torch::NoGradGuard no_grad;
    online->parameters()[0].add_(1);
    online->buffers()[0].add_(100);
  }
  const auto before = target->parameters()[0].clone(), statistics = target->buffers()[0].clone();
  follow(*target, *online, 0.9);
  CHECK((target->parameters()[0] - before).mean().item<double>() == doctest::Approx(0.1));
  CHECK(target->buffers()[0].equal(statistics));
}

TEST_CASE("BYOL with its learnable predictor: that learns, and the target has none") {
  torch::manual_seed(2);
  Byol model(small_byol());
  const auto output = model->forward({torch::randn({8, 3, 16, 16}), torch::randn({8, 3, 16, 16})});
  output.loss.backward();
  const auto groups = model->parameter_groups();
  for (const auto& parameter : groups[0].parameters) CHECK(parameter.grad().defined());
  int predictors = 0;
  for (const auto& child : model->named_children()) predictors += child.key() == "predictor";
  CHECK(predictors == 1);
}
