// A step's times where the device is behind the host. A simulated device takes a millisecond for
// each thing that it does, so that its times are the same at every laziness.
#include "check.h"
#include "runs.h"
#include "simulated.h"
#include "train/pretrain.h"

using namespace rdm;
using namespace rdm::test;

TEST_CASE("accelerator: a step's time is the device's own, and waiting for it is none for data") {
  auto options = small_pretraining();
  options.print_freq = 4;
  std::vector<double> first;
  for (const int laziness : {0, simulated::kNever}) {
    std::vector<StepEvent> told;
    run_with(options, {1, laziness}, pretrain, [&](const Event& event) {
      const auto* step = std::get_if<StepEvent>(&event);
      if (step && step->phase == "train") told.push_back(*step);
    });
    REQUIRE(told.size() == 2);
    std::vector<double> times;
    for (const auto& step : told) {
      times.push_back(step.batch_seconds.value);
      times.push_back(step.batch_seconds.average);
      CHECK(step.batch_seconds.average > 0.5);  // of more than 500 kernels
      CHECK(step.data_seconds.average > 0);
      // Three copies, and what makes pixels of bytes.
      CHECK(step.data_seconds.average < step.batch_seconds.average / 20);
    }
    if (!first.empty()) CHECK(times == first);
    first = times;
  }
}
