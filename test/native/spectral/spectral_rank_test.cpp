// Effective rank against the golden numbers, and at its ends.
#include "golden.h"
#include "safetensors.h"
#include "spectral.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"

using namespace rdm;

TEST_CASE("golden evaluation: effective ranks by both conventions, and the top singular values") {
  const auto tensors = test::golden_tensors("evaluation.safetensors");
  const auto cases = test::golden_json("evaluation.json")["erank"];
  REQUIRE(cases.size() == 3);
  for (const auto& c : cases) {
    const std::string name = c["name"];
    CAPTURE(name);
    const auto& x = tensors.at(name);
    const double plain = c["erank_singular_values"], squared = c["erank_squared"];
    const auto exact = effective_rank(torch::linalg_svdvals(x.to(torch::kFloat64), std::nullopt));
    CHECK(exact.singular_values.item<double>() == doctest::Approx(plain).epsilon(1e-12));
    CHECK(exact.squared.item<double>() == doctest::Approx(squared).epsilon(1e-12));
    // One case is centred: a Gram matrix does not resolve the 2.4e-7 that is left of one direction.
    const auto s = singular_values(x);
    const auto rank = effective_rank(s);
    CHECK(rank.singular_values.item<double>() == doctest::Approx(plain).epsilon(1e-7));
    CHECK(rank.squared.item<double>() == doctest::Approx(squared).epsilon(1e-12));
    for (int i = 0; i < 5; ++i) {
      CHECK(s[-1 - i].item<double>() == doctest::Approx(c["top5"][i].get<double>()).epsilon(1e-9));
    }
  }
}

TEST_CASE("effective rank is the number of equal directions, and 0 where there is none") {
  const auto rank = [](const torch::Tensor& s) {
    const auto both = effective_rank(s);
    return std::pair(both.singular_values.item<double>(), both.squared.item<double>());
  };
  const auto [plain, squared] = rank(torch::tensor({3.0, 3.0, 0.0, 3.0, 3.0}));
  CHECK(plain == doctest::Approx(4));
  CHECK(squared == doctest::Approx(4));
  CHECK(rank(torch::zeros({5})) == std::pair(0.0, 0.0));
  // (2, 1): q = 2/3, 1/3 and 4/5, 1/5.
  const auto [two, four] = rank(torch::tensor({2.0, 1.0}));
  CHECK(two == doctest::Approx(3 / std::pow(2, 2.0 / 3)));
  CHECK(four == doctest::Approx(5 / std::pow(4, 0.8)));
}
