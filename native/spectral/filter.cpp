#include "spectral/filter.h"

#include <torch/torch.h>

#include <limits>
#include <optional>

#include "spectral/eigh.h"
#include "spectral/gram.h"
#include "spectral/newton.h"
#include "spectral/response.h"

namespace rdm {
namespace {

// z Xᵀ inner X. Inner holds powers down to s⁻³, so it is applied in its own precision.
torch::Tensor between(const torch::Tensor& z, const torch::Tensor& x, const torch::Tensor& inner) {
  const auto products = torch::mm(z, x.t()).to(inner.scalar_type());
  return torch::mm(torch::mm(products, inner).to(x.scalar_type()), x);
}

// Rows Z of X: Z W as their rows of the response times X, whose gradient is not that product's but
// the gradient times W.
struct OwnFilter : torch::autograd::Function<OwnFilter> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& z,
                               const torch::Tensor& x, const torch::Tensor& response,
                               const torch::Tensor& inner) {
    context->save_for_backward({x, inner});
    return torch::mm(response, x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {between(gradients[0], saved[0], saved[1]), {}, {}, {}};
  }
};

torch::Tensor by_svd(const torch::Tensor& z, const torch::Tensor& x, const FilterSpec& spec) {
  if (!torch::isfinite(x).all().item<bool>()) {  // LAPACK would throw
    return z * std::numeric_limits<double>::quiet_NaN();
  }
  const auto [u, s, vh] = torch::linalg_svd(x, /*full_matrices=*/false);
  const auto kept =
      spec.keep_null_space ? torch::ones_like(s, torch::kBool) : s > s.max() * relative_noise(x);
  const auto g = torch::where(kept, filter_response(s, spec), 0.0);
  return torch::mm(torch::mm(z, vh.t()) * g, vh);
}

FilterSolver resolve(const FilterSpec& spec) {
  if (spec.solver != FilterSolver::automatic) return spec.solver;
  if (spec.keep_null_space) return FilterSolver::svd;
  return spec.shape == FilterShape::poly && spec.sigma == 2 ? FilterSolver::newton
                                                            : FilterSolver::eigh;
}

torch::Tensor precise(const torch::Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

bool is_wide(const torch::Tensor& x) {
  return x.size(0) <= x.size(1);
}

}  // namespace

bool needs_inner(const torch::Tensor& z, const torch::Tensor& x, bool own) {
  return is_wide(x) && (!own || (z.requires_grad() && torch::GradMode::is_enabled()));
}

std::optional<GramFilter> solve_filter(const torch::Tensor& features, const FilterSpec& spec,
                                       bool with_inner) {
  const auto solver = resolve(spec);
  if (solver == FilterSolver::svd) return std::nullopt;
  const auto x = precise(features);
  const bool product = solver == FilterSolver::newton && spec.sigma == 2;
  const auto gram = gram_matrix(x, product ? x.scalar_type() : torch::kFloat64);
  if (solver == FilterSolver::newton) {
    if (auto filter = newton_filter(gram, spec.sigma, with_inner)) return filter;
  }
  return eigh_filter(gram, spec, with_inner);
}

torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& features,
                           std::optional<int64_t> first_row,
                           const std::optional<GramFilter>& solved, const FilterSpec& spec) {
  const auto input = precise(z), x = precise(features).detach();
  if (!solved) return by_svd(input, x, spec);
  if (!is_wide(x)) return torch::mm(input, solved->response);
  if (!first_row) return between(input, x, solved->inner);
  const auto rows = solved->response.slice(/*dim=*/0, *first_row, *first_row + z.size(0));
  if (needs_inner(z, x, /*own=*/true)) return OwnFilter::apply(input, x, rows, solved->inner);
  return torch::mm(rows, x);
}

torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& features,
                           const FilterSpec& spec) {
  const bool own = z.is_same(features);
  const auto solved = solve_filter(features, spec, needs_inner(z, features, own));
  return apply_filter(z, features, own ? std::optional<int64_t>(0) : std::nullopt, solved, spec);
}

}  // namespace rdm
