// The filter and its loss against the golden cases of the reference.
#include <ATen/autocast_mode.h>

#include "base/error.h"
#include "check.h"
#include "golden.h"
#include "methods/rank_difference.h"
#include "safetensors.h"
#include "spectral/gram.h"
#include "spectral/newton.h"
#include "spectral/spectral.h"

using namespace rdm;
using test::relative;

namespace {

FilterSpec spec_of(const nlohmann::json& c, const std::string& source,
                   const std::string& solver = "auto") {
  return parse_filter(c["pred_type"], c["pred_location"], c["sigma"], source, false, solver);
}

std::vector<std::string> solvers_of(const nlohmann::json& c) {
  std::vector<std::string> solvers{"auto", "eigh", "svd"};
  if (newton_applies(spec_of(c, "own").shape, c["sigma"])) solvers.push_back("newton");
  return solvers;
}

}  // namespace

TEST_CASE("golden predictor: mean cosine and its gradient, every shape, side, power and solver") {
  const auto tensors = test::golden_tensors("predictor.safetensors");
  const auto golden = test::golden_json("predictor.json");
  REQUIRE(golden["cases"].size() == 33);
  int by_newton = 0;
  for (const auto& c : golden["cases"]) {
    for (const auto& solver : solvers_of(c)) {
      const std::string name = c["name"];
      CAPTURE(name);
      CAPTURE(solver);
      const auto spec = spec_of(c, "own", solver);
      const auto p = tensors.at(name + ".p").clone().requires_grad_();
      const auto z = tensors.at(name + ".z");
      if (solver == "newton") {  // and not what it falls back on
        const auto gram = gram_matrix(c["pred_location"] == "online" ? p : z, torch::kFloat64);
        by_newton += test::sound(newton_filter(gram, spec.sigma, false));
      }
      const auto cosine = align({{p, z}}, spec, nullptr)[0].cosine;
      CHECK(std::abs(cosine.item<double>() - c["mean_cosine"].get<double>()) < 1e-5);
      cosine.backward();
      CHECK(relative(p.grad(), tensors.at(name + ".grad")) < 1e-4);
      if (c.contains("online_source_mean_cosine")) {
        const auto other =
            align({{p, z}}, spec_of(c, "online", solver), nullptr)[0].cosine.item<double>();
        CHECK(std::abs(other - c["online_source_mean_cosine"].get<double>()) < 1e-5);
      }
    }
  }
  CHECK(by_newton == 21);
}

TEST_CASE("the filter and the cosine run in float32 under bf16 autocast") {
  torch::manual_seed(3);
  const auto p = torch::randn({32, 64}), z = torch::randn({32, 64});
  const auto spec = parse_filter("poly", "online", 2, "own", false, "auto");
  const auto exact = align({{p, z}}, spec, nullptr)[0].cosine;
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const auto autocast = align({{p, z}}, spec, nullptr)[0].cosine;
  at::autocast::set_autocast_enabled(at::kCPU, false);
  CHECK(exact.equal(autocast));
}

TEST_CASE("a filter that does not exist is refused with a list of those that do") {
  struct Flags {
    const char *type = "poly", *location = "online";
    double sigma = 1;
    const char* source = "own";
    bool keep_null_space = false;
    const char* solver = "auto";
  };
  const auto refused = [](const Flags& f) {
    try {
      parse_filter(f.type, f.location, f.sigma, f.source, f.keep_null_space, f.solver);
    } catch (const Error& error) {
      CHECK(error.code == Code::usage);
      return std::string(error.what()) + " | " + error.hint;
    }
    return std::string("accepted");
  };
  CHECK(refused({.type = "cubic"}) ==
        "unknown --pred-type 'cubic' | choose one of: poly, log, log_1, log_2");
  CHECK(refused({.location = "middle"}) ==
        "unknown --pred-location 'middle' | choose one of: online, target");
  CHECK(refused({.location = "target", .source = "both"}) ==
        "unknown --filter-source 'both' | choose one of: own, online");
  CHECK(refused({.type = "log_1", .location = "target"}) ==
        "--pred-type log_1 is an online filter; on the target only poly is defined | ");
  CHECK(refused({.solver = "qr"}) ==
        "unknown --filter-solver 'qr' | choose one of: auto, eigh, svd, newton");
  CHECK(refused({.sigma = 0.3, .solver = "newton"}) ==
        "--filter-solver newton does poly with sigma 2, 1, 0.5, 0, -0.5 or -1, not sigma 0.3 | "
        "take --filter-solver auto, which does every shape");
  CHECK(refused({.type = "log", .solver = "newton"}) ==
        "--filter-solver newton does poly with sigma 2, 1, 0.5, 0, -0.5 or -1, not log | "
        "take --filter-solver auto, which does every shape");
  for (const char* solver : {"eigh", "newton"}) {
    CHECK(refused({.keep_null_space = true, .solver = solver}) ==
          std::string("--keep-null-space needs an SVD; --filter-solver ") + solver +
              " drops it | take --filter-solver svd or auto");
  }
  CHECK(refused({.keep_null_space = true, .solver = "svd"}) == "accepted");
}

TEST_CASE("a filter against the theory is warned about, one with it is not") {
  const auto warning = [](const char* location, double sigma) {
    return warn_against_theory(parse_filter("poly", location, sigma, "own", false, "auto"));
  };
  CHECK(warning("online", -1).find("high-pass") != std::string::npos);
  CHECK(warning("target", 1).find("low-pass") != std::string::npos);
  CHECK(warning("online", 1).empty());
  CHECK(warning("target", -1).empty());
  CHECK(warning("online", 0).empty());
}
