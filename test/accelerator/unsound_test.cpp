// A filter whose solver is not sound: the step is left out on the device, and the host learns of it
// where it reads anyway.
#include <algorithm>
#include <cmath>

#include "check.h"
#include "runs.h"
#include "simulated.h"
#include "train/pretrain.h"
#include "train/self_supervised.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// The projector's narrow layer leaves three directions, which newton cannot do.
PretrainOptions of_three_directions(const char* solver) {
  auto options = small_pretraining();
  options.method.proj_hidden_dim = 3;
  options.method.filter = parse_filter("poly", "online", 1, "own", false, solver);
  return options;
}

SelfSupervised learner_of(const PretrainOptions& options) {
  torch::manual_seed(1);
  return SelfSupervised(options, /*classes=*/0, /*batches=*/4, simulated::device(0), nullptr);
}

DeviceBatch random_batch() {
  torch::manual_seed(2);
  DeviceBatch batch;
  for (int view = 0; view < 2; ++view) {
    batch.views.push_back(torch::randn({8, 3, 32, 32}).to(simulated::device(0)));
  }
  batch.labels = torch::zeros({8}, torch::kInt64).to(simulated::device(0));
  return batch;
}

std::vector<torch::Tensor> weights_of(SelfSupervised& learner) {
  Checkpoint held;
  learner.save(held);
  std::vector<torch::Tensor> weights;
  for (const auto& [name, tensor] : held.state_dict) {
    if (name.ends_with("weight")) weights.push_back(tensor.cpu());
  }
  return weights;
}

bool equal(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x.equal(y); });
}

}  // namespace

TEST_CASE("accelerator: a step on a filter that is not sound is not taken, nor waited for") {
  simulated::set_laziness(simulated::kNever);
  const auto batch = random_batch();
  auto exact = learner_of(of_three_directions("eigh"));
  const auto expected = exact.step(batch, {0, 0}).loss.item<double>();
  CHECK(!exact.adapt());

  auto learner = learner_of(of_three_directions("auto"));
  learner.begin();
  const auto before = weights_of(learner);
  simulated::counters() = {};
  const auto loss = learner.step(batch, {0, 0}).loss;
  CHECK(simulated::counters().host_reads == 0);
  CHECK(std::isfinite(loss.item<double>()));
  CHECK(equal(weights_of(learner), before));
  const auto changed = learner.adapt();
  REQUIRE(changed);
  CHECK(changed->code == "filter_solver");
  CHECK(changed->message ==
        "the filter by newton was not sound in 1 step(s), which were not taken; from here on it is "
        "made by eigh");

  CHECK(learner.step(batch, {0, 1}).loss.item<double>() == expected);
  CHECK(!equal(weights_of(learner), before));
  CHECK(!learner.adapt());
  simulated::set_laziness(0);
}

TEST_CASE("accelerator: a run tells once that it changed the solver, and goes on") {
  auto options = of_three_directions("newton");
  options.print_freq = options.rank_every = 2;
  std::vector<std::string> told;
  std::vector<double> ranks;
  run_with(options, {1, simulated::kNever}, pretrain, [&](const Event& event) {
    if (const auto* warning = std::get_if<WarningEvent>(&event)) told.push_back(warning->code);
    if (const auto* rank = std::get_if<RankEvent>(&event)) {
      ranks.push_back(rank->online.effective_rank);
    }
  });
  CHECK(told == std::vector<std::string>{"filter_solver"});
  REQUIRE(ranks.size() == 3);
  CHECK(ranks[0] > 1);  // of the outputs as they are, in the step that was left out
  CHECK(ranks[0] <= 3.001);
}
