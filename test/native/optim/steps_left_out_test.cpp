// An update that rests on what is not sound does not move anything; the ones around it do.
#include "optim/steps_left_out.h"

#include "check.h"
#include "optim/optimizer.h"

using namespace rdm;

namespace {

torch::Tensor flag(bool sound) {
  return torch::tensor(sound);
}

}  // namespace

TEST_CASE("an update is left out where one of its batches was not sound, and no other is") {
  for (const bool lars : {false, true}) {
    for (const bool scaled : {false, true}) {
      OptimizerGroup group;
      group.parameters = {torch::ones({3, 2})};
      group.lr = 0.1;
      if (lars) group.lars_eta = 0.02;
      const auto& parameter = group.parameters[0];
      parameter.mutable_grad() = torch::full({3, 2}, 0.5f);
      Optimizer optimizer({group});
      GradScaler scaler(torch::kCPU);
      FiniteGuard guard(torch::kCPU);
      StepsLeftOut left_out(torch::kCPU);
      const auto moves = [&](const std::vector<bool>& batches) {
        const auto before = parameter.clone();
        left_out.begin();
        for (const bool sound : batches) left_out.see(flag(sound));
        optimizer.step(scaled ? &scaler : nullptr, &guard, &left_out);
        return !parameter.equal(before);
      };
      CHECK(moves({true, true}));
      CHECK_FALSE(moves({false, true}));
      CHECK(moves({true, true}));
      CHECK_FALSE(moves({true, false}));
      CHECK(left_out.take_count() == 2);
      CHECK(left_out.take_count() == 0);
      CHECK(guard.raised().item<float>() == 0);
    }
  }
}
