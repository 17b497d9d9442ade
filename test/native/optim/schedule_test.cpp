// Learning rates and the momentum of BYOL's target over a run.
#include "optim/schedule.h"

#include "check.h"
#include "golden.h"
#include "methods/momentum.h"

using namespace rdm;

TEST_CASE("golden schedules: the cosine of main_simsiam.py") {
  const auto golden = test::golden_json("schedules.json");
  REQUIRE(golden["main_simsiam"].size() > 0);
  for (const auto& c : golden["main_simsiam"]) {
    Schedule schedule{.shape = Schedule::Shape::cosine, .epochs = c["epochs"]};
    const double lr = schedule.lr(initial_lr(c["lr"], c["batch"]), c["epoch"], /*update=*/0);
    CHECK(lr == doctest::Approx(c["value"].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("golden schedules: warm-up and cosine per update") {
  const auto golden = test::golden_json("schedules.json");
  REQUIRE(golden["warmup_cosine"].size() > 0);
  for (const auto& c : golden["warmup_cosine"]) {
    const Schedule schedule{.shape = Schedule::Shape::warmup_cosine,
                            .epochs = c["max_epochs"],
                            .updates_per_epoch = c["steps_per_epoch"],
                            .warmup_epochs = c["warmup_epochs"],
                            .warmup_start = c["warmup_start_lr"]};
    const int64_t step = c["step"], per_epoch = c["steps_per_epoch"];
    CAPTURE(step);
    const double lr = schedule.lr(c["base_lr"], step / per_epoch, step % per_epoch);
    CHECK(lr == doctest::Approx(c["value"].get<double>()).epsilon(1e-9));
  }
}

TEST_CASE("golden schedules: tau of the momentum network") {
  const auto golden = test::golden_json("schedules.json");
  REQUIRE(golden["tau"].size() > 0);
  for (const auto& c : golden["tau"]) {
    const double tau = momentum_tau(c["base"], c["final"], c["step"], c["max_steps"]);
    CHECK(tau == doctest::Approx(c["value"].get<double>()).epsilon(1e-12));
  }
}

TEST_CASE("the step schedule takes a tenth from each milestone on") {
  const Schedule schedule{.shape = Schedule::Shape::step, .epochs = 100, .milestones = {60, 80}};
  CHECK(schedule.lr(30, 59, 7) == doctest::Approx(30));
  CHECK(schedule.lr(30, 60, 0) == doctest::Approx(3));
  CHECK(schedule.lr(30, 80, 0) == doctest::Approx(0.3));
}

TEST_CASE(
    "a run without warm-up starts at its own rate; one epoch of warm-up with one update too") {
  const Schedule none{.shape = Schedule::Shape::warmup_cosine, .epochs = 4, .warmup_start = 0.1};
  CHECK(none.lr(0.5, 0, 0) == doctest::Approx(0.5));
  const Schedule one{.shape = Schedule::Shape::warmup_cosine,
                     .epochs = 4,
                     .warmup_epochs = 1,
                     .warmup_start = 0.1};
  CHECK(one.lr(0.5, 0, 0) == doctest::Approx(0.1));
  CHECK(one.lr(0.5, 1, 0) == doctest::Approx(0.5));
}

TEST_CASE("the rate falls to its end, the weight decay goes to its own, by half a cosine") {
  Schedule schedule{
      .shape = Schedule::Shape::warmup_cosine, .epochs = 4, .updates_per_epoch = 10, .end = 0.1};
  CHECK(schedule.lr(0.5, 0, 0) == doctest::Approx(0.5));
  CHECK(schedule.lr(0.5, 2, 0) == doctest::Approx(0.3));
  CHECK(schedule.lr(0.5, 4, 0) == doctest::Approx(0.1));
  CHECK(schedule.weight_decay(0.04, 3, 0) == 0.04);
  schedule.final_weight_decay = 0.4;
  CHECK(schedule.weight_decay(0.04, 0, 0) == doctest::Approx(0.04));
  CHECK(schedule.weight_decay(0.04, 2, 0) == doctest::Approx(0.22));
  CHECK(schedule.weight_decay(0.04, 4, 0) == doctest::Approx(0.4));
}
