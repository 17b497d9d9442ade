// The mechanism as a whole against the paper's words: which branch is filtered, by whose features,
// and where the gradient goes.
#include "methods/rank_difference.h"

#include "spectral/spectral.h"

using namespace rdm;
using test::relative;

namespace {

// Float64, so that rounding hides nothing: float32 anywhere on the way would be 1e-7.
constexpr double kClose = 1e-10;

torch::Tensor random_outputs(int64_t n, int64_t dim) {
  return torch::randn({n, dim}, torch::kFloat64);
}

torch::Tensor cosine(const torch::Tensor& p, const torch::Tensor& z) {
  return ((p / p.norm(2, 1, true)) * (z / z.norm(2, 1, true))).sum(1).mean();
}

// The same for both branches' rows, with W = V g(S) Vᵀ formed and constant.
torch::Tensor expected(const torch::Tensor& p, const torch::Tensor& z, const FilterSpec& spec) {
  if (spec.location == FilterLocation::online) {
    return cosine(p.mm(test::literal_filter(p.detach(), spec)), z);
  }
  const auto& source = spec.source == FilterSource::own ? z : p;
  return cosine(p, z.mm(test::literal_filter(source.detach(), spec)));
}

}  // namespace

TEST_CASE("one branch of each pair is multiplied with V g(S) Vᵀ, then the cosine is taken") {
  torch::manual_seed(1);
  for (const auto& [n, dim] : {std::pair<int64_t, int64_t>{10, 24}, {24, 10}}) {
    for (auto spec : test::every_filter()) {
      for (const auto location : {FilterLocation::online, FilterLocation::target}) {
        for (const auto source : {FilterSource::own, FilterSource::online}) {
          spec.location = location;
          spec.source = source;
          CAPTURE(n);
          CAPTURE(static_cast<int>(spec.shape));
          CAPTURE(spec.sigma);
          CAPTURE(static_cast<int>(spec.solver));
          CAPTURE(static_cast<int>(location));
          CAPTURE(static_cast<int>(source));
          const auto p = random_outputs(n, dim).requires_grad_(), q = p.detach().clone();
          const auto z = random_outputs(n, dim);
          const auto other = Pair{random_outputs(n, dim), random_outputs(n, dim)};
          const auto aligned = align({{p, z}, other}, spec, /*group=*/nullptr);
          const auto by_paper = expected(q.requires_grad_(), z, spec);
          CHECK(relative(aligned[0].cosine, by_paper) < kClose);
          CHECK(relative(aligned[1].cosine, expected(other.online, other.target, spec)) < kClose);
          aligned[0].cosine.backward();
          by_paper.backward();
          CHECK(relative(p.grad(), q.grad()) < kClose);
        }
      }
    }
  }
}

TEST_CASE("no gradient reaches the target, nor the features that a filter is made of") {
  torch::manual_seed(2);
  FilterSpec online, target;
  online.sigma = 1;
  target.location = FilterLocation::target;
  target.sigma = -1;
  for (const std::optional<FilterSpec>& spec : {std::optional<FilterSpec>(), {online}, {target}}) {
    const auto p = random_outputs(8, 12).requires_grad_(), z = random_outputs(8, 12);
    const auto trained = z.clone().requires_grad_();
    const auto aligned = align({{p, trained}}, spec, /*group=*/nullptr);
    aligned[0].cosine.backward();
    CHECK(p.grad().defined());
    CHECK(!trained.grad().defined());
    CHECK(!aligned[0].outputs.online.requires_grad());
    CHECK(!aligned[0].outputs.target.requires_grad());
  }
}
