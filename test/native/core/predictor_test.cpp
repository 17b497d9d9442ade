// The filter and its loss against the golden cases of the reference.
#include <ATen/autocast_mode.h>

#include "base/error.h"
#include "check.h"
#include "golden.h"
#include "methods/rank_difference.h"
#include "safetensors.h"
#include "spectral/decompose.h"
#include "spectral/filter.h"

using namespace rdm;

namespace {

FilterSpec spec_of(const nlohmann::json& c, const std::string& source = "own") {
  return parse_filter(c["pred_type"], c["pred_location"], c["sigma"], source, false);
}

double relative(const torch::Tensor& a, const torch::Tensor& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

}  // namespace

TEST_CASE("golden predictor: mean cosine and its gradient, every shape, side and power") {
  const auto tensors = test::golden_tensors("predictor.safetensors");
  const auto golden = test::golden_json("predictor.json");
  REQUIRE(golden["cases"].size() > 0);
  for (const auto& c : golden["cases"]) {
    const std::string name = c["name"];
    CAPTURE(name);
    const auto p = tensors.at(name + ".p").clone().requires_grad_();
    const auto z = tensors.at(name + ".z");
    const auto cosine = align({{p, z}}, spec_of(c))[0];
    CHECK(std::abs(cosine.item<double>() - c["mean_cosine"].get<double>()) < 1e-5);
    cosine.backward();
    CHECK(relative(p.grad(), tensors.at(name + ".grad")) < 1e-4);
    if (c.contains("online_source_mean_cosine")) {
      const auto other = align({{p, z}}, spec_of(c, "online"))[0].item<double>();
      CHECK(std::abs(other - c["online_source_mean_cosine"].get<double>()) < 1e-5);
    }
  }
}

TEST_CASE("the Gram decomposition agrees with a float64 SVD") {
  torch::manual_seed(1);
  for (const auto& [n, d] :
       std::vector<std::pair<int64_t, int64_t>>{{24, 60}, {60, 24}, {32, 32}}) {
    const auto x = torch::randn({n, d});
    const auto ours = decompose(x);
    const auto s = torch::linalg_svdvals(x.to(torch::kFloat64), std::nullopt).flip(0);
    CHECK(relative(ours.singular_values, s) < 1e-10);
    const auto& v = ours.right_vectors;
    CHECK(relative(torch::mm(v.t(), v), torch::eye(std::min(n, d), v.options())) < 1e-10);
  }
}

TEST_CASE("directions that hold rounding noise are dropped, unless they are kept on purpose") {
  torch::manual_seed(2);
  auto x = torch::randn({16, 40});
  x = x - x.mean(0);  // centred: rank 15
  const auto ours = decompose(x);
  CHECK(ours.kept.sum().item<int64_t>() == 15);
  CHECK(ours.right_vectors.index({torch::indexing::Slice(), 0}).abs().max().item<double>() == 0);
  const auto whole = decompose(x, /*keep_null_space=*/true);
  CHECK(whole.kept.sum().item<int64_t>() == 16);
  CHECK(whole.singular_values[0].item<double>() < 1e-5);
}

TEST_CASE("features that are not finite give a loss that is not finite, not a crash") {
  auto p = torch::randn({8, 16});
  p[3][2] = std::numeric_limits<float>::quiet_NaN();
  const auto spec = parse_filter("poly", "online", 1, "own", false);
  CHECK(std::isnan(align({{p, torch::randn({8, 16})}}, spec)[0].item<double>()));
}

TEST_CASE("collapsed features decompose: all rows equal, all zero") {
  const auto equal = torch::ones({8, 4});
  CHECK(decompose(equal).kept.sum().item<int64_t>() == 1);
  CHECK(decompose(torch::zeros({8, 4})).kept.sum().item<int64_t>() == 0);
  const auto spec = parse_filter("poly", "target", -1, "own", false);
  CHECK(align({{torch::zeros({8, 4}), torch::zeros({8, 4})}}, spec)[0].item<double>() == 0);
}

TEST_CASE("the filter and the cosine run in float32 under bf16 autocast") {
  torch::manual_seed(3);
  const auto p = torch::randn({32, 64}), z = torch::randn({32, 64});
  const auto spec = parse_filter("poly", "online", 2, "own", false);
  const auto exact = align({{p, z}}, spec)[0];
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const auto autocast = align({{p, z}}, spec)[0];
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(exact.equal(autocast));
}

TEST_CASE("a filter that does not exist is refused with a list of those that do") {
  const auto refused = [](const char* type, const char* location, const char* source) {
    try {
      parse_filter(type, location, 1, source, false);
    } catch (const Error& error) {
      CHECK(error.code == Code::usage);
      return std::string(error.what()) + " | " + error.hint;
    }
    return std::string("accepted");
  };
  CHECK(refused("cubic", "online", "own") ==
        "unknown --pred-type 'cubic' | choose one of: poly, log, log_1, log_2");
  CHECK(refused("poly", "middle", "own") ==
        "unknown --pred-location 'middle' | choose one of: online, target");
  CHECK(refused("poly", "target", "both") ==
        "unknown --filter-source 'both' | choose one of: own, online");
  CHECK(refused("log_1", "target", "own") ==
        "--pred-type log_1 is an online filter; on the target only poly is defined | ");
}

TEST_CASE("a filter against the theory is warned about, one with it is not") {
  const auto warning = [](const char* location, double sigma) {
    return warn_against_theory(parse_filter("poly", location, sigma, "own", false));
  };
  CHECK(warning("online", -1).find("high-pass") != std::string::npos);
  CHECK(warning("target", 1).find("low-pass") != std::string::npos);
  CHECK(warning("online", 1).empty());
  CHECK(warning("target", -1).empty());
  CHECK(warning("online", 0).empty());
}
