// Every way of applying the filter against the paper's W = V g(S) Vᵀ, formed as it stands, over
// random features in float64, where rounding cannot hide a wrong formula.
#include "spectral.h"

using namespace rdm;
using test::features;
using test::relative;

namespace {

// The singular values span 30, so that s⁻³, the highest power on the way, costs float64's 1e-16 at
// most 30³; a product that went through float32 would be off by 1e-7.
constexpr double kExact = 1e-10;

// Wide, square and tall, each of full rank, of low rank, and centred over the batch as a batch norm
// leaves it.
std::vector<torch::Tensor> random_features() {
  std::vector<torch::Tensor> all;
  for (const auto& [n, d] : {std::pair<int64_t, int64_t>{12, 30}, {20, 20}, {30, 12}}) {
    const auto draw = [n = n, d = d](int64_t rank) {
      const double scale = 0.1 + 9.9 * torch::rand({1}).item<double>();
      return features(n, d, rank, /*condition=*/30, scale).to(torch::kFloat64);
    };
    const auto full = draw(std::min(n, d));
    all.insert(all.end(), {full, draw(5), full - full.mean(0)});
  }
  return all;
}

// check(x, spec, W) for all features and filters.
template <typename Check>
void for_all_features(const Check& check) {
  torch::manual_seed(6);
  for (const auto& x : random_features()) {
    for (const auto& spec : test::every_filter()) {
      CAPTURE(x.sizes());
      CAPTURE(static_cast<int>(spec.shape));
      CAPTURE(spec.sigma);
      CAPTURE(static_cast<int>(spec.solver));
      check(x, spec, test::literal_filter(x, spec));
    }
  }
}

void check_with_gradient(const FilterInput& input, const FilterSpec& spec, const torch::Tensor& w,
                         const torch::Tensor& rows) {
  const auto z = rows.clone().requires_grad_();
  const auto filtered = Filter(input, spec).apply(z);
  CHECK(relative(filtered, rows.mm(w)) < kExact);
  const auto gradient = torch::randn_like(rows);
  filtered.backward(gradient);
  CHECK(relative(z.grad(), gradient.mm(w)) < kExact);
}

}  // namespace

TEST_CASE("the filter's own features are multiplied with V g(S) Vᵀ") {
  for_all_features([](const auto& x, const auto& spec, const auto& w) {
    CHECK(relative(Filter({x, /*first_row=*/0}, spec).apply(x), x.mm(w)) < kExact);
  });
}

TEST_CASE("a rank's rows of the features are multiplied with V g(S) Vᵀ, and so is their gradient") {
  for_all_features([](const auto& x, const auto& spec, const auto& w) {
    check_with_gradient({x, /*first_row=*/0, /*gradient=*/true}, spec, w, x.slice(0, 0, 6));
    check_with_gradient({x, /*first_row=*/6, /*gradient=*/true}, spec, w, x.slice(0, 6, 12));
  });
}

TEST_CASE("other features are multiplied with V g(S) Vᵀ, and so is their gradient") {
  for_all_features([](const auto& x, const auto& spec, const auto& w) {
    const auto other = torch::randn({7, x.size(1)}, torch::kFloat64);
    check_with_gradient({x, std::nullopt, /*gradient=*/true}, spec, w, other);
  });
}
