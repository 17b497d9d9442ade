// Pretraining on the simulated accelerator: the CPU's numbers, and the same bits on every device
// and at every laziness.
#include <cmath>

#include "check.h"
#include "runs.h"
#include "simulated.h"

using namespace rdm;
using namespace rdm::test;

namespace {

struct Filtering {
  const char* name;
  const char *shape, *location;
  double sigma;
  const char* source = "own";
  bool keep_null_space = false;
  const char* solver = "auto";
  double rounding = 1e-6;
};

PretrainOptions with(MethodName method, const Filtering& f) {
  auto options = small_pretraining();
  options.method.name = method;
  options.method.filter =
      parse_filter(f.shape, f.location, f.sigma, f.source, f.keep_null_space, f.solver);
  return options;
}

}  // namespace

TEST_CASE("accelerator: SimSiam and BYOL with a predictor that learns") {
  for (const auto method : {MethodName::simsiam, MethodName::byol}) {
    auto options = small_pretraining();
    options.method.name = method;
    check_everywhere(options);
  }
}

// Batch norms on the CPU round elsewhere than a device's, and two filters, whose gradients lead
// through small singular values, make more of it: a learning rate that is off by 2.4e-7 of itself
// moves their second loss by 5e-7 and 7e-7, that of the others by 5e-8 to 2e-7.
TEST_CASE("accelerator: filters of every branch, source, shape and solver") {
  for (const Filtering& filtering : {
           Filtering{"online", "poly", "online", 1},
           Filtering{"online, by the products alone", "poly", "online", 2},
           Filtering{"online, by products", "poly", "online", 1, "own", false, "newton", 5e-6},
           Filtering{"online, by an SVD", "poly", "online", 1, "own", false, "svd"},
           Filtering{"online, noise and all", "poly", "online", 1, "own", true},
           Filtering{"online, another shape", "log_1", "online", 0},
           Filtering{"target", "poly", "target", -1},
           Filtering{"target, of the online branch", "poly", "target", -1, "online", false, "auto",
                     5e-6},
       }) {
    INFO(std::string(filtering.name));
    check_everywhere(with(MethodName::simsiam, filtering), filtering.rounding);
  }
}

TEST_CASE("accelerator: RDM_BYOL with classifiers, validation and neighbours beside it") {
  auto options = with(MethodName::byol, {"", "poly", "online", 1});
  options.online_classifier = options.momentum_classifier = true;
  options.knn_every = 1;
  check_everywhere(options);
}

TEST_CASE("accelerator: small crops, of BYOL with a filter, SwAV and DINO") {
  for (const auto method : {MethodName::byol, MethodName::swav, MethodName::dino}) {
    CAPTURE(static_cast<int>(method));
    auto options =
        method == MethodName::byol ? with(method, {"", "poly", "online", 1}) : small_pretraining();
    options.method.name = method;
    options.method.prototypes = 20;
    options.small_crops.assign(3, {.size = 20, .min_scale = 0.05, .max_scale = 0.4});
    options.small_crops.push_back({.size = 16});
    options.online_classifier = true;
    check_everywhere(options);
  }
}

TEST_CASE("accelerator: DINO with a filter of either branch") {
  for (const Filtering& filtering :
       {Filtering{"online", "poly", "online", 1}, Filtering{"target", "poly", "target", -1}}) {
    INFO(std::string(filtering.name));
    auto options = with(MethodName::dino, filtering);
    options.method.prototypes = 20;
    check_everywhere(options, filtering.rounding);
  }
}

TEST_CASE("accelerator: LARS, gradients of two batches added, and a warm-up") {
  auto options = small_pretraining();
  options.lars_eta = 0.02;
  options.accumulate = 2;
  options.schedule.shape = Schedule::Shape::warmup_cosine;
  check_everywhere(options);
}

// bf16 has eight bits, which a CPU rounds at other places: its numbers are no truth for a device.
// The first step's loss, a mean of cosines, is that of float32 but for these roundings; later ones
// are of weights that went other ways.
TEST_CASE("accelerator: bf16 and fp16 are the same bits on every device and at every laziness") {
  for (const auto precision : {Precision::bf16, Precision::fp16}) {
    auto options = small_pretraining();
    options.precision = precision;
    options.subset.images_per_class = 3;
    std::optional<Outcome> first;
    for (const auto place : simulated_places()) {
      const auto outcome = run(options, place);
      for (const double loss : outcome.losses) CHECK(std::isfinite(loss));
      if (first) check_equal(*first, outcome);
      first = outcome;
    }
    options.precision = Precision::fp32;
    const auto exact = run(options, {1, 0});
    CHECK(std::abs(first->losses.at(0) - exact.losses.at(0)) < 0.01);
  }
}

TEST_CASE("accelerator: a run that was stopped goes on with the same bits, and on another device") {
  const test::Place lazy{1, simulated::kNever};
  auto options = small_pretraining();
  const auto whole = run(options, lazy);
  for (const int device : {0, 1}) {
    auto stopping = options;
    stopping.max_steps = 3;
    const auto part = run(stopping, lazy);
    CHECK(part.weights != whole.weights);
    auto going_on = options;
    going_on.resume = part.checkpoint;
    going_on.seed.reset();
    CHECK(run(going_on, {device, simulated::kNever}).weights == whole.weights);
  }
}
