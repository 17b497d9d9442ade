// Linear evaluation: what moves, at which rate, and by which gradients.
#include "supervised/linear_classifier.h"

#include <cmath>
#include <limits>

#include "check.h"
#include "train/random_batch.h"
#include "train/self_supervised.h"

using namespace rdm;
using test::random_batch;

namespace {

LinclsOptions small() {
  LinclsOptions options;
  options.arch = "resnet18";
  options.epochs = 2;
  options.batch_size = 8;
  options.lr = 0.5;
  options.momentum = 0.9;
  return options;
}

LinearClassifier make(const LinclsOptions& options) {
  torch::manual_seed(1);
  LinearClassifier learner(options, /*classes=*/3, /*batches=*/4, torch::kCPU, /*group=*/nullptr);
  learner.begin();
  return learner;
}

std::map<std::string, torch::Tensor> weights(Learner& learner) {
  Checkpoint checkpoint;
  learner.save(checkpoint);
  std::map<std::string, torch::Tensor> out;
  for (const auto& [name, tensor] : checkpoint.state_dict) out[name] = tensor.clone();
  return out;
}

void set_scale(Learner& learner, double scale) {
  Checkpoint checkpoint;
  learner.save(checkpoint);
  checkpoint.scaler = ScalerState{scale, 0};
  learner.load(checkpoint, "memory");
}

double scale_of(Learner& learner) {
  Checkpoint checkpoint;
  learner.save(checkpoint);
  REQUIRE(checkpoint.scaler);
  return checkpoint.scaler->scale;
}

// One step with a scale under which every gradient overflows, and one with a scale that fits.
void check_scaled(Learner& learner, const std::string& moved) {
  const auto before = weights(learner);
  set_scale(learner, 0x1p127);
  const auto overflow = learner.step(random_batch(), {0, 0});
  CHECK(std::isfinite(overflow.loss.item<double>()));
  CHECK(overflow.raised.item<float>() == 0);  // an overflow is the scaler's affair
  CHECK(weights(learner).at(moved).equal(before.at(moved)));
  CHECK(scale_of(learner) == 0x1p126);
  set_scale(learner, 256);
  learner.step(random_batch(), {0, 1});
  CHECK(!weights(learner).at(moved).equal(before.at(moved)));
  CHECK(scale_of(learner) == 256);
}

}  // namespace

TEST_CASE("the classifier alone moves") {
  auto learner = make(small());
  const auto before = weights(learner);
  learner.step(random_batch(), {0, 0});
  for (const auto& [name, tensor] : weights(learner)) {
    CHECK(tensor.equal(before.at(name)) == !name.starts_with("fc."));
  }
}

TEST_CASE("the rate is that of the images of all processes together") {
  auto options = small();
  options.process = ProcessOptions{.rank = 0, .world_size = 2};  // two nodes of one process each
  CHECK(make(options).step(random_batch(), {0, 0}).lr == 0.5 * 16 / 256);
  options.process->local_world_size = 2;  // one node of two
  CHECK(make(options).step(random_batch(), {0, 0}).lr == 0.5 * 8 / 256);
}

TEST_CASE("in fp16 an overflow moves nothing and halves the scale: linear evaluation") {
  auto options = small();
  options.precision = Precision::fp16;
  for (const bool larc : {false, true}) {
    options.lars = larc;
    auto learner = make(options);
    check_scaled(learner, "fc.weight");
  }
}

TEST_CASE("in fp16 an overflow moves nothing and halves the scale: pretraining") {
  PretrainOptions options;
  options.arch = options.method.arch = "resnet18";
  options.method.dim = 16;
  options.method.pred_dim = 8;
  options.epochs = 2;
  options.batch_size = 8;
  options.lr = 0.5;
  options.precision = Precision::fp16;
  torch::manual_seed(1);
  SelfSupervised learner(options, 3, 4, torch::kCPU, nullptr);
  learner.begin();
  check_scaled(learner, "encoder.conv1.weight");
}

TEST_CASE("scaled gradients move the weights as unscaled ones do") {
  auto options = small();
  options.precision = Precision::fp16;
  for (const bool larc : {false, true}) {
    options.lars = larc;
    auto wide = make(options), narrow = make(options);
    set_scale(wide, 1024);
    set_scale(narrow, 1);
    torch::manual_seed(2);
    const auto batch = random_batch();
    wide.step(batch, {0, 0});
    narrow.step(batch, {0, 0});
    // Half a unit in the last place of float16 for each of the gradients.
    CHECK(torch::allclose(weights(wide).at("fc.weight"), weights(narrow).at("fc.weight"), 1e-3,
                          1e-4));
  }
}
