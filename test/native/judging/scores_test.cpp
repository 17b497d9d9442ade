// Scores without labels against golden values, and where there is nothing to measure.
#include "judging/scores.h"

#include "check.h"
#include "golden.h"
#include "safetensors.h"

using namespace rdm;

TEST_CASE("golden scores: RankMe, alpha-ReQ, LiDAR") {
  const auto tensors = test::golden_tensors("methods.safetensors");
  const auto golden = test::golden_json("methods.json");
  REQUIRE(golden["scores"].size() > 0);
  for (const auto& c : golden["scores"]) {
    const auto name = c["case"].get<std::string>();
    CAPTURE(name);
    const auto& features = tensors.at(name + ".features");
    const EigenvalueRange range{c["alpha_req_range"][0], c["alpha_req_range"][1]};
    const auto close = [](double expected) { return doctest::Approx(expected).epsilon(1e-6); };
    CHECK(rank_me(features) == close(c["rankme"]));
    CHECK(alpha_req(features, range) == close(c["alpha_req"]));
    CHECK(lidar(tensors.at(name + ".views")) == close(c["lidar"]));
  }
}

TEST_CASE("the range of alpha-ReQ is the golden one where nobody names another") {
  const auto range = EigenvalueRange::of(torch::zeros({200, 32}));
  CHECK(range.first == 2);
  CHECK(range.last == 24);
  CHECK(EigenvalueRange::of(torch::zeros({41, 512})).last == 30);  // 40 are not zero
}

TEST_CASE("a known power law, however many directions it has") {
  torch::manual_seed(3);
  const auto basis = std::get<0>(torch::linalg_qr(torch::randn({400, 60}, torch::kFloat64)));
  const auto law = torch::arange(1, 61, torch::kFloat64).pow(-0.75);  // of s; λ = s² ~ i^−1.5
  const auto centred = basis - basis.mean(0);
  const auto again = std::get<0>(torch::linalg_qr(centred));  // orthonormal, with zero means
  CHECK(alpha_req(again * law, {2, 45}) == doctest::Approx(1.5).epsilon(1e-8));
}

TEST_CASE("LiDAR counts the directions in which images differ, not those in which views do") {
  torch::manual_seed(4);
  auto means = torch::zeros({300, 1, 20});
  means.slice(2, 0, 4).copy_(torch::randn({300, 1, 4}));  // four directions alike
  const double found = lidar(means + 0.001 * torch::randn({300, 6, 20}));
  CHECK(found > 3.9);
  CHECK(found < 4.1);
}

TEST_CASE("LiDAR of fewer images than features is that of the whole matrix") {
  torch::manual_seed(5);
  const auto views = torch::randn({10, 4, 30}, torch::kFloat64);
  const auto means = views.mean(1);
  const auto inside = (views - means.unsqueeze(1)).flatten(0, 1);
  const auto within = inside.t().mm(inside) / 30 + 1e-4 * torch::eye(30, torch::kFloat64);
  const auto centred = means - means.mean(0);
  const auto [values, vectors] = torch::linalg_eigh(within);
  const auto root = vectors.mm(values.rsqrt().diag()).mm(vectors.t());
  const auto whole = std::get<0>(torch::linalg_eigh(root.mm(centred.t()).mm(centred).mm(root)));
  const auto p = whole.clamp_min(0) / whole.sum() + 1e-7;
  const double expected = (-(p * p.log()).sum()).exp().item<double>();
  CHECK(lidar(views) == doctest::Approx(expected).epsilon(1e-9));
}

TEST_CASE("features that are all the same have no rank, no power law and no LiDAR") {
  CHECK(rank_me(torch::zeros({9, 5})) == 0);
  CHECK(std::isnan(alpha_req(torch::ones({9, 5}), {2, 4})));
  CHECK(lidar(torch::ones({9, 3, 5})) == 0);
}
