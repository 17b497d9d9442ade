// The losses of SwAV, DINO, Barlow Twins and VICReg against solo-learn's.
#include "check.h"
#include "golden.h"
#include "losses/centring.h"
#include "losses/cross_correlation.h"
#include "losses/sinkhorn.h"
#include "losses/swapped_prediction.h"
#include "losses/variance_covariance.h"
#include "models/prototypes.h"
#include "safetensors.h"
#include "spectral/spectral.h"

using namespace rdm;
using test::relative;

namespace {

constexpr double kLoss = 1e-5, kRelative = 1e-4;  // of the golden README

using Tensors = std::map<std::string, torch::Tensor>;

std::vector<torch::Tensor> views_of(const Tensors& golden, const std::string& name, int64_t count) {
  std::vector<torch::Tensor> views;
  for (int64_t i = 0; i < count; ++i) {
    views.push_back(golden.at(name + std::to_string(i)).clone().requires_grad_());
  }
  return views;
}

}  // namespace

TEST_CASE("golden methods: SwAV's assignments, loss and gradients, with queue and small crops") {
  const auto golden = test::golden_tensors("methods.safetensors");
  const auto json = test::golden_json("methods.json");
  REQUIRE(json["swav"].size() > 0);
  for (const auto& c : json["swav"]) {
    const std::string name = c["case"];
    CAPTURE(name);
    const int64_t large = c["large"], small = c["small"];
    const auto& directions = golden.at(name + ".prototypes");
    Prototypes prototypes(directions.size(1), directions.size(0), /*learn_lengths=*/false);
    auto weight = prototypes->named_parameters()["weight_v"];
    weight.set_data(directions.clone());

    const auto z = views_of(golden, name + ".z", large + small);
    std::vector<torch::Tensor> logits, targets;
    for (const auto& view : z) logits.push_back(prototypes->forward(unit_rows(view)));
    for (int64_t i = 0; i < large; ++i) {
      auto rows = logits[static_cast<size_t>(i)];
      if (c["queue"] > 0) {
        const auto& queue = golden.at(name + ".queue" + std::to_string(i));
        rows = torch::cat({rows, prototypes->forward(unit_rows(queue))});
      }
      const SinkhornOptions options{c["epsilon"], c["iterations"]};
      targets.push_back(sinkhorn(rows, options).slice(0, 0, z[0].size(0)));
      const auto& expected = golden.at(name + ".assignments" + std::to_string(i));
      CHECK(relative(targets.back(), expected) < kRelative);
      CHECK(!targets.back().requires_grad());
    }
    const auto loss = swapped_prediction(logits, targets, c["temperature"]);
    CHECK(std::abs(loss.item<double>() - c["loss"].get<double>()) < kLoss);
    loss.backward();
    for (size_t i = 0; i < z.size(); ++i) {
      const auto& expected = golden.at(name + ".z" + std::to_string(i) + "_grad");
      CHECK(relative(z[i].grad(), expected) < kRelative);
    }
    CHECK(relative(weight.grad(), golden.at(name + ".prototypes_grad")) < kRelative);
  }
}

TEST_CASE("golden methods: DINO's losses, gradients and centre over three steps") {
  const auto golden = test::golden_tensors("methods.safetensors");
  const auto json = test::golden_json("methods.json");
  REQUIRE(json["dino"].size() > 0);
  for (const auto& c : json["dino"]) {
    const std::string name = c["case"];
    CAPTURE(name);
    torch::Tensor centre;
    for (size_t step = 0; step < c["losses"].size(); ++step) {
      CAPTURE(step);
      const auto at = name + ".step" + std::to_string(step) + ".";
      const auto student = golden.at(at + "student").clone().requires_grad_();
      const auto& teacher = golden.at(at + "teacher");
      if (!centre.defined()) centre = torch::zeros({1, teacher.size(1)});
      const double temperature = c["teacher_temperatures"][step];
      std::vector<torch::Tensor> targets;
      for (const auto& logits : teacher.chunk(2)) {
        targets.push_back(centred_and_sharpened(logits, centre, temperature));
      }
      const auto loss =
          swapped_prediction(student.chunk(c["views"]), targets, c["student_temperature"]);
      CHECK(std::abs(loss.item<double>() / c["losses"][step].get<double>() - 1) < kLoss);
      loss.backward();
      CHECK(relative(student.grad(), golden.at(at + "student_grad")) < kRelative);
      move_centre(centre, teacher, c["center_momentum"], nullptr);
      CHECK(relative(centre, golden.at(at + "center")) < kRelative);
    }
  }
}

TEST_CASE("golden methods: Barlow Twins' and VICReg's losses and gradients") {
  const auto golden = test::golden_tensors("methods.safetensors");
  const auto json = test::golden_json("methods.json");
  const auto check = [&](const nlohmann::json& c, const auto& loss_of) {
    const std::string name = c["case"];
    CAPTURE(name);
    const auto z1 = golden.at(name + ".z1").clone().requires_grad_();
    const auto z2 = golden.at(name + ".z2").clone().requires_grad_();
    const auto loss = loss_of(z1, z2);
    CHECK(std::abs(loss.template item<double>() / c["loss"].get<double>() - 1) < kLoss);
    loss.backward();
    CHECK(relative(z1.grad(), golden.at(name + ".z1_grad")) < kRelative);
    CHECK(relative(z2.grad(), golden.at(name + ".z2_grad")) < kRelative);
  };
  REQUIRE(json["barlow"].size() > 0);
  for (const auto& c : json["barlow"]) {
    check(c, [&](const auto& z1, const auto& z2) {
      return cross_correlation_loss(z1, z2, {c["lamb"], c["scale_loss"]}, nullptr);
    });
  }
  REQUIRE(json["vicreg"].size() > 0);
  for (const auto& c : json["vicreg"]) {
    const VicregWeights weights{c["sim_loss_weight"], c["var_loss_weight"], c["cov_loss_weight"]};
    check(c, [&](const auto& z1, const auto& z2) { return vicreg_loss(z1, z2, weights, nullptr); });
  }
}

TEST_CASE("each prototype is assigned as many images, whatever the logits' level") {
  torch::manual_seed(1);
  const auto logits = torch::rand({40, 8}, torch::kFloat64);
  const auto q = sinkhorn(logits, {0.05, 100});
  CHECK(torch::allclose(q.sum(1), torch::ones(40, torch::kFloat64)));
  CHECK(torch::allclose(q.sum(0), torch::full(8, 5.0, torch::kFloat64), 1e-4));
  CHECK(torch::allclose(sinkhorn(logits + 1000, {0.05, 100}), q));  // e^20000 is out of range
}

TEST_CASE("the teacher's temperature is a straight line, and its end from there on") {
  const TeacherTemperature rising{0.04, 0.07, 4};
  CHECK(rising.at(0) == doctest::Approx(0.04));
  CHECK(rising.at(1) == doctest::Approx(0.05));
  CHECK(rising.at(3) == doctest::Approx(0.07));
  CHECK(rising.at(100) == doctest::Approx(0.07));
  CHECK(TeacherTemperature{0.04, 0.07, 0}.at(0) == doctest::Approx(0.07));
}
