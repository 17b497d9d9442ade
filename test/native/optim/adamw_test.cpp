// AdamW, and gradients of no more than a norm.
#include "optim/adamw.h"

#include "check.h"
#include "optim/optimizer.h"

using namespace rdm;

namespace {

OptimizerGroup adamw_group(std::vector<torch::Tensor> parameters) {
  OptimizerGroup group;
  group.parameters = std::move(parameters);
  group.lr = 0.01;
  group.weight_decay = 0.1;
  group.adamw.emplace();
  return group;
}

}  // namespace

TEST_CASE("AdamW equals torch's, and passes over parameters without a gradient") {
  torch::manual_seed(5);
  auto ours = torch::randn({4, 3}).requires_grad_();
  auto theirs = ours.detach().clone().requires_grad_();
  auto frozen = torch::ones({2});
  Optimizer optimizer({adamw_group({frozen, ours})});
  torch::optim::AdamW reference({theirs}, torch::optim::AdamWOptions(0.01).weight_decay(0.1));
  for (int step = 0; step < 5; ++step) {
    ours.mutable_grad() = torch::randn({4, 3});
    theirs.mutable_grad() = ours.grad().clone();
    optimizer.step();
    reference.step();
    CHECK((ours - theirs).abs().max().item<double>() < 1e-6);
  }
  CHECK(frozen.equal(torch::ones({2})));
}

TEST_CASE("AdamW: an update with a gradient that is not finite is as if it had not been") {
  auto parameter = torch::ones({3}).requires_grad_();
  Optimizer optimizer({adamw_group({parameter})});
  FiniteGuard guard(torch::kCPU);
  parameter.mutable_grad() = torch::ones({3});
  optimizer.step(nullptr, &guard);
  const auto before = parameter.detach().clone();
  parameter.mutable_grad() = torch::full({3}, std::nan(""));
  optimizer.step(nullptr, &guard);
  CHECK(parameter.equal(before));
  CHECK(optimizer.groups()[0].steps[0].item<float>() == 1);
}

TEST_CASE("gradients above a norm are scaled to it, each by itself, and others are left") {
  const auto large = torch::full({4}, 3.0), small = torch::full({4}, 0.1);  // of norm 6 and 0.2
  clip_gradients({large, small}, 2);
  CHECK(torch::allclose(large, torch::full({4}, 1.0)));
  CHECK(small.equal(torch::full({4}, 0.1)));
}
