// The rank monitor takes over what the filter has decomposed, and measures the same.
#include "train/rank_monitor.h"

#include "check.h"
#include "spectral/eigh.h"

using namespace rdm;

namespace {

// Two views' outputs as SimSiam compares them: each is an online output and the other's target.
std::vector<Pair> pairs_of(int64_t n, int64_t dim) {
  torch::manual_seed(5);
  const auto mixing = torch::randn({dim, dim});
  const auto a = torch::mm(torch::randn({n, dim}), mixing), b = torch::mm(a, mixing) + 3;
  return {{a, b}, {b, a}};
}

Compared compare(const std::vector<Pair>& pairs, const std::optional<FilterSpec>& spec,
                 bool one_network) {
  return compared(align(pairs, spec, /*group=*/nullptr), spec, one_network);
}

void check_same(const torch::Tensor& known, const torch::Tensor& outputs) {
  const auto s = singular_values(outputs);
  const auto sorted = std::get<0>(known.sort());
  CHECK((sorted - s).abs().max().item<double>() <= 1e-5 * s.max().item<double>());
}

}  // namespace

TEST_CASE("a filter's decomposition gives both branches' singular values, as they are measured") {
  FilterSpec online, logarithm, target;
  online.sigma = 1;
  logarithm.shape = FilterShape::log;  // negative below s = 1, and not in the order of s
  target.location = FilterLocation::target;
  target.sigma = -0.5;
  for (const auto& spec : {online, logarithm, target}) {
    for (const auto& [n, dim] : {std::pair<int64_t, int64_t>{12, 20}, {20, 12}}) {
      CAPTURE(n);
      const auto first = compare(pairs_of(n, dim), spec, /*one_network=*/true);
      REQUIRE(first.spectra.online.defined());
      REQUIRE(first.spectra.target.defined());
      check_same(first.spectra.online, first.outputs.online);
      check_same(first.spectra.target, first.outputs.target);
      const auto taken = measure_rank(first, 0, 0, /*group=*/nullptr);
      const auto made = measure_rank({first.outputs, {}}, 0, 0, /*group=*/nullptr);
      CHECK(taken->online.effective_rank ==
            doctest::Approx(made->online.effective_rank).epsilon(1e-4));
      CHECK(taken->target.effective_rank ==
            doctest::Approx(made->target.effective_rank).epsilon(1e-4));
    }
  }
}

TEST_CASE("singular values that no decomposition has found are left to the monitor") {
  const auto pairs = pairs_of(12, 20);
  const auto none = compare(pairs, std::nullopt, /*one_network=*/true);
  CHECK(!none.spectra.online.defined());
  CHECK(!none.spectra.target.defined());
  FilterSpec svd;
  svd.sigma = 1;
  svd.solver = FilterSolver::svd;
  CHECK(!compare(pairs, svd, /*one_network=*/true).spectra.online.defined());
  FilterSpec others;  // Z W by the features of the other branch
  others.location = FilterLocation::target;
  others.sigma = -1;
  others.source = FilterSource::online;
  const auto first = compare(pairs, others, /*one_network=*/true);
  CHECK(!first.spectra.target.defined());
  check_same(first.spectra.online, first.outputs.online);
  // Where the target is another network's, only the filtered branch is known.
  FilterSpec online;
  online.sigma = 1;
  const auto apart = compare(pairs, online, /*one_network=*/false);
  CHECK(apart.spectra.online.defined());
  CHECK(!apart.spectra.target.defined());
}
