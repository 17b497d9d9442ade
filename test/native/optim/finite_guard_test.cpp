// Updates that are held back from the first value on that is not finite, and the step it came from.
#include "optim/finite_guard.h"

#include <limits>

#include "check.h"
#include "checkpoint/checkpoint_fixtures.h"
#include "optim/optimizer.h"
#include "run/divergence.h"

using namespace rdm;
using namespace rdm::test;

namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

bool raised(const FiniteGuard& guard) {
  return guard.raised().item<float>() == 1;
}

Optimizer one_weight(std::optional<double> lars_eta) {
  OptimizerGroup group;
  group.parameters = {torch::ones({2, 3}).requires_grad_(), torch::ones({4}).requires_grad_()};
  group.lr = group.initial_lr = 0.1;
  group.lars_eta = lars_eta;
  return Optimizer({group});
}

void set_gradients(Optimizer& sgd, float value) {
  for (auto& parameter : sgd.groups()[0].parameters) {
    parameter.mutable_grad() = torch::ones_like(parameter);
  }
  sgd.groups()[0].parameters[1].mutable_grad()[2] = value;
}

}  // namespace

TEST_CASE("a guard is raised by one value of any tensor, and stays so until it is lowered") {
  for (const float value : {kInf, -kInf, kNan}) {
    FiniteGuard guard(torch::kCPU);
    guard.see(torch::tensor(1.0F));
    guard.see_gradients({torch::ones({3}), torch::full({2, 2}, -1e10F)});
    CHECK(!raised(guard));
    auto gradient = torch::ones({5, 5});
    gradient[4][1] = value;
    guard.see_gradients({torch::ones({3}), gradient});
    CHECK(raised(guard));
    guard.see(torch::tensor(1.0F));
    CHECK(raised(guard));
    guard.lower();
    guard.see(torch::tensor(value));
    CHECK(raised(guard));
  }
}

TEST_CASE("nothing moves from the first gradient on that is not finite: SGD and LARS") {
  for (const std::optional<double> lars_eta : {std::optional<double>(), std::optional(0.02)}) {
    auto sgd = one_weight(lars_eta);
    FiniteGuard guard(torch::kCPU);
    set_gradients(sgd, 1);
    sgd.step(/*scaler=*/nullptr, &guard);
    std::vector<torch::Tensor> before;
    for (const auto& p : sgd.groups()[0].parameters) before.push_back(p.detach().clone());
    for (const auto& b : sgd.groups()[0].momentum_buffers) before.push_back(b.clone());
    CHECK(!before[0].eq(1).any().item<bool>());
    for (const float value : {kNan, 1.0F}) {
      set_gradients(sgd, value);
      sgd.step(/*scaler=*/nullptr, &guard);
      CHECK(torch::equal(sgd.groups()[0].parameters[0], before[0]));
      CHECK(torch::equal(sgd.groups()[0].parameters[1], before[1]));
      CHECK(torch::equal(sgd.groups()[0].momentum_buffers[0], before[2]));
      CHECK(torch::equal(sgd.groups()[0].momentum_buffers[1], before[3]));
    }
    guard.lower();
    set_gradients(sgd, 1);
    sgd.step(/*scaler=*/nullptr, &guard);
    CHECK(!torch::equal(sgd.groups()[0].parameters[0], before[0]));
  }
}

TEST_CASE("a guard that is not raised changes no update") {
  for (const std::optional<double> lars_eta : {std::optional<double>(), std::optional(0.02)}) {
    auto with = one_weight(lars_eta), without = one_weight(lars_eta);
    FiniteGuard guard(torch::kCPU);
    for (int step = 0; step < 3; ++step) {
      set_gradients(with, 0.5F);
      set_gradients(without, 0.5F);
      with.step(/*scaler=*/nullptr, &guard);
      without.step();
    }
    CHECK(torch::equal(with.groups()[0].parameters[0], without.groups()[0].parameters[0]));
    CHECK(torch::equal(with.groups()[0].parameters[1], without.groups()[0].parameters[1]));
  }
}

TEST_CASE("the watch names the first step that was not finite, its value, and its images") {
  const ScratchFolder folder;
  Dataset dataset;
  for (const char* path : {"a.jpg", "b.jpg", "c.jpg"}) dataset.samples.push_back({path, 0});
  FiniteGuard guard(torch::kCPU);
  DivergenceWatch watch(torch::kCPU);
  const auto step = [&](int64_t number, float loss, std::vector<int64_t> images) {
    guard.see(torch::tensor(loss));
    watch.add({2, number, 0.05, torch::tensor(loss), std::move(images)}, guard.raised());
  };
  step(6, -0.5F, {0});
  watch.look(dataset, folder.path(), "", nullptr);
  CHECK(folder.files() == 0);
  step(7, -0.5F, {0});
  step(8, kNan, {2, 1});
  step(9, -0.5F, {0});
  const auto last = folder.file("checkpoint_0001.pth.tar");
  const auto error = error_of([&] { watch.look(dataset, folder.path(), last, nullptr); });
  REQUIRE(error);
  CHECK(error->code == Code::not_finite);
  const std::string what = "the loss is nan at epoch 2, step 8 (learning rate 0.05)";
  CHECK(error->what() == what);
  const auto list = folder.file("diverged-0002-000008.txt");
  CHECK(error->hint == "the last checkpoint, " + last +
                           ", is intact; the batch's images are listed in " + list +
                           "; try a lower --lr, --precision fp32 or --on-divergence rollback");
  CHECK(read_bytes(list) == what + "\nc.jpg\nb.jpg\n");
  guard.lower();
  watch.forget();
  step(10, -0.5F, {0});
  guard.see_gradients({torch::tensor({kInf})});
  watch.add({2, 11, 0.05, torch::tensor(0.25F), {1}}, guard.raised());
  const auto gradient = error_of([&] { watch.look(dataset, "/nowhere", "", nullptr); });
  REQUIRE(gradient);
  CHECK(std::string(gradient->what()) ==
        "the gradient is not finite at epoch 2, step 11, where the loss is 0.25 (learning rate "
        "0.05)");
  CHECK(gradient->hint ==
        "no checkpoint had been written yet; try a lower --lr, --precision fp32 or "
        "--on-divergence rollback");
}
