// What a training step asks of a device between two lines of the log: kernels, copies, and what the
// host waits for. The table is in docs/gpu.md, where `npm run docs:gpu` puts it. And that an update
// of more tensors launches no more kernels.
#include <torch/torch.h>
#include <torch/version.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>

#include "check.h"
#include "methods/momentum.h"
#include "optim/optimizer.h"
#include "runs.h"
#include "simulated.h"
#include "supervised/finetune.h"
#include "supervised/lincls.h"
#include "train/pretrain.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// Of one step, on average.
struct Budget {
  double kernels = 0, host_reads = 0, waits = 0, copy_waits = 0, to_device = 0, to_host = 0;
};

Budget spent() {
  const auto& counted = simulated::counters();
  const auto number = [](int64_t count) { return static_cast<double>(count); };
  return {number(counted.launched()),          number(counted.host_reads),
          number(counted.synchronisations[1]), number(counted.events[1]),
          number(counted.to_device),           number(counted.to_host)};
}

// factor · (a − b), each number by itself.
Budget scaled_difference(const Budget& a, const Budget& b, double factor) {
  return {factor * (a.kernels - b.kernels),     factor * (a.host_reads - b.host_reads),
          factor * (a.waits - b.waits),         factor * (a.copy_waits - b.copy_waits),
          factor * (a.to_device - b.to_device), factor * (a.to_host - b.to_host)};
}

constexpr int64_t kSteps = 4;

// From the end of step 0, with what it logs, to what step 4 logs.
template <typename Options, typename Work>
Budget four_steps(Options options, int64_t print_freq, Work work) {
  options.print_freq = print_freq;
  Budget begin, end;
  run_with(options, {1, simulated::kNever}, work, [&](const Event& event) {
    const auto* step = std::get_if<StepEvent>(&event);
    if (step && step->phase != "train") return;
    if (std::holds_alternative<RankEvent>(event) || (step && step->step == 0)) begin = spent();
    if (step && step->step == kSteps) end = spent();
  });
  return scaled_difference(end, begin, 1);
}

// Two logged lines and four steps, less one line and four steps, are what a line costs.
template <typename Options, typename Work>
Budget of_a_step(const Options& options, Work work) {
  const auto one_line = four_steps(options, kSteps, work);
  const auto two_lines = four_steps(options, kSteps / 2, work);
  const auto line = scaled_difference(two_lines, one_line, 1);
  return scaled_difference(one_line, line, 1.0 / kSteps);
}

struct Row {
  std::string name;
  bool waits_by_nature = false;  // the solver does, whatever the device
  std::function<Budget()> measure;
};

Row pretraining(const char* name, const std::function<void(PretrainOptions&)>& change,
                bool waits_by_nature = false) {
  auto options = small_pretraining();
  change(options);
  return {name, waits_by_nature, [options] { return of_a_step(options, pretrain); }};
}

Row filtered(const char* name, const char* location, double sigma, const char* solver = "auto",
             bool waits_by_nature = false) {
  return pretraining(
      name,
      [&](PretrainOptions& options) {
        options.method.filter = parse_filter("poly", location, sigma, "own", false, solver);
      },
      waits_by_nature);
}

std::vector<Row> rows() {
  const auto bare = [](PretrainOptions&) {};
  return {
      pretraining("SimSiam, `mlp`", bare),
      pretraining("BYOL, `mlp`",
                  [](PretrainOptions& options) { options.method.name = MethodName::byol; }),
      pretraining("SimSiam, `mlp`, LARS",
                  [](PretrainOptions& options) { options.lars_eta = 0.02; }),
      pretraining("SimSiam, `mlp`, online classifier",
                  [](PretrainOptions& options) { options.online_classifier = true; }),
      pretraining("SimSiam, `mlp`, bf16",
                  [](PretrainOptions& options) { options.precision = Precision::bf16; }),
      filtered("SimSiam, `poly online 2` (products)", "online", 2),
      filtered("SimSiam, `poly online 1` (newton)", "online", 1),
      filtered("SimSiam, `poly online 0.3` (eigh)", "online", 0.3),
      filtered("SimSiam, `poly online 1`, `--filter-solver eigh`", "online", 1, "eigh"),
      filtered("SimSiam, `poly online 1`, `--filter-solver svd`, which waits", "online", 1, "svd",
               true),
      filtered("SimSiam, `poly target -1` (newton)", "target", -1),
      {"`lincls`", false, [] { return of_a_step(small_lincls(""), lincls); }},
      {"`finetune`", false, [] { return of_a_step(small_finetune(""), finetune); }},
  };
}

std::string line_of(const Row& row, const Budget& budget) {
  char numbers[128];
  std::snprintf(numbers, sizeof numbers, "%.0f | %.0f | %.0f | %.0f | %.0f | %.0f", budget.kernels,
                budget.host_reads, budget.waits, budget.copy_waits, budget.to_device,
                budget.to_host);
  return "| " + row.name + " | " + numbers + " |";
}

torch::nn::Sequential layers(int64_t count) {
  torch::nn::Sequential network;
  for (int64_t i = 0; i < count; ++i) network->push_back(torch::nn::Linear(4, 4));
  network->to(simulated::device(0));
  return network;
}

int64_t kernels_of(const std::function<void()>& work) {
  simulated::finish_all();
  const auto before = simulated::counters().launched();
  work();
  simulated::finish_all();
  return simulated::counters().launched() - before;
}

// Of the second update, as buffers are made in the first.
int64_t kernels_of_update(int64_t layer_count, const std::function<void(OptimizerGroup&)>& change) {
  auto network = layers(layer_count);
  OptimizerGroup group;
  group.parameters = network->parameters();
  group.lr = 0.1;
  change(group);
  Optimizer optimizer({group});
  for (auto& parameter : group.parameters) parameter.mutable_grad() = torch::ones_like(parameter);
  optimizer.step();
  return kernels_of([&] { optimizer.step(); });
}

}  // namespace

TEST_CASE("prints the budget" * doctest::skip()) {
  for (const auto& row : rows()) std::cout << line_of(row, row.measure()) << std::endl;
}

TEST_CASE("accelerator: a step's kernels, copies and waits are those of docs/gpu.md") {
  std::ifstream file(RDM_TEST_DIR "/../docs/gpu.md");
  std::stringstream page;
  page << file.rdbuf();
  const bool same_version = page.str().find("LibTorch " TORCH_VERSION) != std::string::npos;
  for (const auto& row : rows()) {
    INFO(row.name);
    const auto budget = row.measure();
    CHECK(budget.waits == 0);
    CHECK(budget.to_host == 0);
    CHECK((row.waits_by_nature || budget.host_reads == 0));
    if (same_version) CHECK(page.str().find(line_of(row, budget)) != std::string::npos);
  }
}

TEST_CASE("accelerator: an update of more tensors launches as many kernels") {
  const std::vector<std::function<void(OptimizerGroup&)>> optimizers{
      [](OptimizerGroup&) {},
      [](OptimizerGroup& group) { group.lars_eta = 0.02; },
      [](OptimizerGroup& group) { group.adamw = AdamW{}; },
  };
  for (size_t i = 0; i < optimizers.size(); ++i) {
    CAPTURE(i);
    CHECK(kernels_of_update(2, optimizers[i]) > 0);
    CHECK(kernels_of_update(2, optimizers[i]) == kernels_of_update(20, optimizers[i]));
  }
}

TEST_CASE("accelerator: a momentum network of more tensors follows by one kernel") {
  for (const int64_t count : {2, 20}) {
    auto target = layers(count), online = layers(count);
    CHECK(kernels_of([&] { update_momentum(*target, *online, 0.99); }) == 1);
  }
}
