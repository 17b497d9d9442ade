#include "trajectories.h"

#include "check.h"
#include "golden.h"
#include "methods/momentum.h"
#include "methods/simsiam.h"
#include "models/weights.h"
#include "optim/optimizer.h"
#include "part.h"

namespace rdm::test {

void check_simsiam_trajectories(Group* group) {
  const auto golden = golden_json("simsiam_trajectory.json");
  const auto tolerance = golden["tolerance_per_step"].get<std::vector<double>>();
  REQUIRE(golden["trajectories"].size() > 0);
  for (const auto& trajectory : golden["trajectories"]) {
    const std::string type = trajectory["pred_type"], location = trajectory["pred_location"];
    CAPTURE(type);
    CAPTURE(location);
    MethodOptions options{.arch = "resnet18", .dim = 64, .pred_dim = 32};
    if (type != "mlp") {
      options.filter = parse_filter(type, location, trajectory["sigma"], "own", false, "auto");
    }
    torch::manual_seed(golden["weights_seed"].get<int64_t>());
    SimSiam model(options);
    to_channels_last(*model);
    OptimizerGroup all;
    all.parameters = model->parameters();
    all.lr = 0.05;
    all.weight_decay = 1e-4;
    Optimizer optimizer({all});
    Part part(*model, group);
    torch::manual_seed(golden["data_seed"].get<int64_t>());
    const auto losses = trajectory["losses"].get<std::vector<double>>();
    for (size_t step = 0; step < losses.size(); ++step) {
      CAPTURE(step);
      const auto x1 = torch::randn({96, 3, 32, 32}), x2 = torch::randn({96, 3, 32, 32});
      const auto own = [&](const torch::Tensor& x) {
        return part.rows(x).contiguous(torch::MemoryFormat::ChannelsLast);
      };
      part.begin();
      const auto loss = model->forward({own(x1), own(x2)}, group).loss;
      CHECK(std::abs(part.mean(loss) - losses[step]) < tolerance[step]);
      optimizer.zero_grad();
      loss.backward();
      optimizer.step();
    }
  }
}

namespace {

// golden: the whole file, of which this is a trajectory.
std::vector<double> byol_losses(const nlohmann::json& golden, const nlohmann::json& trajectory,
                                torch::ScalarType type, int64_t steps, Group* group,
                                double& target_abs_sum) {
  auto options = small_byol();
  options.filter = parse_filter(trajectory["pred_type"], trajectory["pred_location"],
                                trajectory["sigma"], "own", false, "auto");
  Byol model(options);
  torch::manual_seed(golden["weights_seed"].get<int64_t>());
  fill(*model->encoder());
  start_as_copy(*momentum_encoder(model), *model->encoder());
  model->to(type);
  const bool exact = type == torch::kFloat64;
  if (exact) to_channels_last(*model);  // in which float64's convolutions take half the time
  OptimizerGroup all;
  all.parameters = model->parameter_groups()[0].parameters;
  all.lr = 0.3;
  all.weight_decay = 1e-5;
  all.lars_eta = 0.02;
  Optimizer optimizer({all});
  Part part(*model, group);
  torch::manual_seed(golden["data_seed"].get<int64_t>());
  const auto total = static_cast<int64_t>(trajectory["losses"].size());
  std::vector<double> losses;
  for (int64_t step = 0; step < steps; ++step) {
    const auto x1 = torch::randn({64, 3, 16, 16}), x2 = torch::randn({64, 3, 16, 16});
    const auto own = [&](const torch::Tensor& x) {
      const auto rows = part.rows(x).to(type);
      return exact ? rows.contiguous(torch::MemoryFormat::ChannelsLast) : rows;
    };
    part.begin();
    const auto loss = model->forward({own(x1), own(x2)}, group).loss;
    losses.push_back(part.mean(loss));
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    model->after_update(step + 1, total);
  }
  target_abs_sum = abs_sum(momentum_encoder(model)->parameters());
  return losses;
}

}  // namespace

// In the contiguous layout that the golden run had: on these networks the rounding of the
// channels_last kernels alone takes Python's torch, too, over the tolerance from the second step
// on.
void check_byol_trajectories() {
  const auto golden = golden_json("byol_trajectory.json");
  const auto tolerance = golden["tolerance_per_step"].get<std::vector<double>>();
  REQUIRE(golden["trajectories"].size() > 0);
  for (const auto& trajectory : golden["trajectories"]) {
    CAPTURE(trajectory["pred_type"].get<std::string>());
    CAPTURE(trajectory["pred_location"].get<std::string>());
    double target_abs_sum = 0;
    const auto losses =
        byol_losses(golden, trajectory, torch::kFloat32,
                    static_cast<int64_t>(trajectory["losses"].size()), nullptr, target_abs_sum);
    for (size_t step = 0; step < losses.size(); ++step) {
      CAPTURE(step);
      CHECK(std::abs(losses[step] - trajectory["losses"][step].get<double>()) < tolerance[step]);
    }
    CHECK(target_abs_sum ==
          doctest::Approx(trajectory["target_abs_sum"].get<double>()).epsilon(1e-6));
  }
}

void print_byol_distances() {
  const auto golden = golden_json("byol_trajectory.json");
  for (const auto& trajectory : golden["trajectories"]) {
    double sum = 0;
    const auto steps = static_cast<int64_t>(trajectory["losses"].size());
    const auto exact = byol_losses(golden, trajectory, torch::kFloat64, steps, nullptr, sum);
    for (size_t step = 0; step < exact.size(); ++step) {
      MESSAGE(trajectory["pred_type"].get<std::string>(), " ",
              trajectory["pred_location"].get<std::string>(), " step ", step, ": ",
              exact[step] - trajectory["losses"][step].get<double>(), ", tolerance ",
              golden["tolerance_per_step"][step].get<double>());
    }
  }
}

// The golden losses themselves are further from the exact ones (float64) than their tolerance from
// the second step on, up to 7 times, so that only the golden run's own order of summation meets
// them. Several processes sum in another, and are held to one process in float64 instead, where
// rounding has no say; and to the golden file in the first step.
// Both updates, the second with momentum, are in the sum of the target's weights.
constexpr int64_t kExactSteps = 2;

nlohmann::json exact_byol_trajectories(Group* group) {
  const auto golden = golden_json("byol_trajectory.json");
  auto all = golden["trajectories"];
  for (auto& trajectory : all) {
    double sum = 0;
    trajectory["exact_losses"] =
        byol_losses(golden, trajectory, torch::kFloat64, kExactSteps, group, sum);
    trajectory["exact_sum"] = sum;
  }
  return all;
}

void check_byol_trajectories_together(const nlohmann::json& alone, Group& group) {
  const auto together = exact_byol_trajectories(&group);
  const double tolerance = golden_json("byol_trajectory.json")["tolerance_per_step"][0];
  REQUIRE(together.size() == alone.size());
  for (size_t i = 0; i < alone.size(); ++i) {
    CAPTURE(i);
    const auto losses = together[i]["exact_losses"].get<std::vector<double>>();
    for (size_t step = 0; step < losses.size(); ++step) {
      CAPTURE(step);
      CHECK(std::abs(losses[step] - alone[i]["exact_losses"][step].get<double>()) < 1e-8);
    }
    CHECK(together[i]["exact_sum"].get<double>() ==
          doctest::Approx(alone[i]["exact_sum"].get<double>()).epsilon(1e-9));
    CHECK(std::abs(losses[0] - alone[i]["losses"][0].get<double>()) < tolerance);
  }
}

MethodOptions small_byol() {
  MethodOptions options{.name = MethodName::byol, .arch = "resnet18"};
  options.stem.kind = Stem::Kind::cifar;
  options.zero_init_residual = false;
  options.dim = 48;
  options.proj_hidden_dim = 128;
  options.pred_dim = 32;
  return options;
}

Encoder momentum_encoder(Byol& model) {
  return Encoder(
      std::dynamic_pointer_cast<EncoderImpl>(model->named_children()["momentum_encoder"]));
}

}  // namespace rdm::test
