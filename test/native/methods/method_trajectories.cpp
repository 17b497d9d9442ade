// Whole steps of SwAV and DINO against solo-learn's.
#include <cstdlib>

#include "check.h"
#include "golden.h"
#include "methods/table.h"
#include "models/weights.h"
#include "optim/optimizer.h"
#include "part.h"
#include "trajectories.h"

namespace rdm::test {
namespace {

using Json = nlohmann::json;

constexpr int64_t kStepsPerEpoch = 2;  // as the file's notes say, like the widths and rates below

MethodOptions options_of(const Json& run) {
  MethodOptions options{.arch = "resnet18"};
  options.stem.kind = Stem::Kind::cifar;
  options.zero_init_residual = false;
  options.proj_hidden_dim = 96;
  options.dim = 32;
  options.prototypes = 60;
  if (run["method"] == "swav") {
    options.name = MethodName::swav;
    options.temperature = run["temperature"];
    options.sinkhorn = {run["epsilon"], run["iterations"]};
    options.queue_size = run["queue"];
    options.queue_from_epoch = run["queue_from_epoch"];
    options.frozen_prototypes_epochs = run["prototypes_frozen_epochs"];
  } else {
    options.name = MethodName::dino;
    const auto& temperatures = run["teacher_temperatures_per_epoch"];
    options.temperature = run["student_temperature"];
    options.teacher_temperature = {temperatures.front(), temperatures.back(),
                                   static_cast<int64_t>(temperatures.size())};
    options.centre_momentum = run["center_momentum"];
    options.frozen_prototypes_epochs = run["last_layer_frozen_epochs"];
    options.base_tau = run["base_tau"];
    options.final_tau = run["final_tau"];
  }
  return options;
}

// The parameters of the networks of these names, with prototypes of unit length.
std::vector<torch::Tensor> weights_of(torch::nn::Module& module, const std::string& encoder,
                                      const std::string& prototypes) {
  auto children = module.named_children();
  auto weights = children[encoder]->parameters();
  weights.push_back(children[prototypes]->named_parameters()["weight_v"]);
  return weights;
}

void check_run(const Json& run, torch::ScalarType type, Group* group) {
  const auto method = make_method(options_of(run));
  auto& module = method->module();
  torch::manual_seed(run["weights_seed"].get<int64_t>());
  fill(*method->encoder());
  {
    const torch::NoGradGuard no_grad;
    module.named_children()["prototypes"]->named_parameters()["weight_v"].normal_(0, 0.05);
  }
  CHECK(abs_sum(weights_of(module, "encoder", "prototypes")) ==
        doctest::Approx(run["initial_abs_sum"].get<double>()).epsilon(1e-9));
  method->restart();
  module.to(type);
  const bool exact = type == torch::kFloat64;
  if (exact) to_channels_last(module);  // in which float64's convolutions take half the time
  OptimizerGroup all;
  all.parameters = method->parameter_groups()[0].parameters;
  all.lr = 0.3;
  all.weight_decay = 1e-6;
  all.lars_eta = 0.02;
  Optimizer optimizer({all});
  Part part(module, group);
  torch::manual_seed(run["data_seed"].get<int64_t>());
  const auto truth = run["losses"]["float64"].get<std::vector<double>>();
  const auto rough = run["losses"]["float32"].get<std::vector<double>>();
  const auto steps = static_cast<int64_t>(truth.size());
  for (int64_t step = 0; step < steps; ++step) {
    CAPTURE(step);
    const auto at = static_cast<size_t>(step);
    std::vector<torch::Tensor> views;
    for (const int64_t size : {16, 16, 8, 8}) {
      if (size == 8 && !run["multicrop"]) continue;
      const auto view = part.rows(torch::randn({48, 3, size, size})).to(type);
      views.push_back(exact ? view.contiguous(torch::MemoryFormat::ChannelsLast) : view);
    }
    const auto still = method->begin(step / kStepsPerEpoch);
    part.begin();
    const auto loss = method->forward(views, group).loss;
    const double tolerance = exact ? 1e-7 : std::max(1e-5, 5 * std::abs(rough[at] - truth[at]));
    CHECK(std::abs(part.mean(loss) - truth[at]) < tolerance);
    optimizer.zero_grad();
    loss.backward();
    for (const auto& parameter : still) parameter.mutable_grad().reset();
    optimizer.step();
    method->after_update(step + 1, steps);
  }
  const bool teacher = run.contains("final_abs_sum_of");
  const auto last = teacher ? weights_of(module, "momentum_encoder", "momentum_prototypes")
                            : weights_of(module, "encoder", "prototypes");
  const auto* digits = exact ? "float64" : "float32";
  CHECK(abs_sum(last) ==
        doctest::Approx(run["final_abs_sum"][digits].get<double>()).epsilon(exact ? 1e-9 : 1e-5));
}

}  // namespace

void check_method_trajectories(torch::ScalarType type, Group* group) {
  const auto golden = golden_json("methods_trajectory.json");
  REQUIRE(golden["runs"].size() > 0);
  for (const auto& run : golden["runs"]) {
    CAPTURE(run["method"].get<std::string>());
    CAPTURE(run["multicrop"].get<bool>());
    check_run(run, type, group);
  }
}

}  // namespace rdm::test
