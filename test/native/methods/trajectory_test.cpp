// Whole training steps against the reference's, and the optimisers behind them.
#include "check.h"
#include "every_run.h"
#include "golden.h"
#include "optim/larc.h"
#include "optim/optimizer.h"
#include "safetensors.h"
#include "trajectories.h"

using namespace rdm;

TEST_CASE("golden simsiam_trajectory: five steps of SimSiam and RDM_SimSiam") {
  test::check_simsiam_trajectories(nullptr);
}

TEST_CASE("golden methods_trajectory: four steps of SwAV and DINO, with and without small crops") {
  test::check_method_trajectories(torch::kFloat64, nullptr);
  if (test::every_run()) test::check_method_trajectories(torch::kFloat32, nullptr);
}

TEST_CASE("golden larc: three steps of LARC around SGD") {
  const auto golden = test::golden_tensors("larc.safetensors");
  auto parameter = golden.at("larc.p0").clone().requires_grad_();
  OptimizerGroup group;
  group.parameters = {parameter};
  group.lr = 0.4;  // the file's own rate and decay: its updates solve for them
  Optimizer optimizer({group});
  for (int step = 0; step < 3; ++step) {
    parameter.mutable_grad() = golden.at("larc.grad" + std::to_string(step)).clone();
    larc_scale(optimizer, /*weight_decay=*/1e-3);
    optimizer.step();
    const auto& expected = golden.at("larc.p" + std::to_string(step + 1));
    CHECK((parameter - expected).abs().max().item<double>() < 1e-6);
  }
}

TEST_CASE("LARC leaves a tensor alone when it or its gradient is zero") {
  auto zero = torch::zeros({3}).requires_grad_();
  OptimizerGroup group;
  group.parameters = {zero};
  Optimizer optimizer({group});
  zero.mutable_grad() = torch::ones({3});
  larc_scale(optimizer, 0.1);
  CHECK(zero.grad().equal(torch::ones({3})));
}

TEST_CASE("fused SGD equals torch's SGD, and passes over parameters without a gradient") {
  torch::manual_seed(5);
  auto ours = torch::randn({4, 3}).requires_grad_(),
       theirs = ours.detach().clone().requires_grad_();
  auto frozen = torch::ones({2});
  OptimizerGroup group;
  group.parameters = {frozen, ours};
  group.lr = 0.3;
  group.weight_decay = 0.01;
  Optimizer optimizer({group});
  torch::optim::SGD reference({theirs},
                              torch::optim::SGDOptions(0.3).momentum(0.9).weight_decay(0.01));
  for (int step = 0; step < 4; ++step) {
    ours.mutable_grad() = torch::randn({4, 3});
    theirs.mutable_grad() = ours.grad().clone();
    optimizer.step();
    reference.step();
    CHECK((ours - theirs).abs().max().item<double>() < 1e-6);
  }
  CHECK(frozen.equal(torch::ones({2})));
}
