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

// X W as response X, whose gradient is not responseᵀ times the gradient but the gradient times W.
struct OwnFilter : torch::autograd::Function<OwnFilter> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& response, const torch::Tensor& inner) {
    context->save_for_backward({x, inner});
    return torch::mm(response, x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {between(gradients[0], saved[0], saved[1]), {}, {}};
  }
};

torch::Tensor by_svd(const torch::Tensor& z, const torch::Tensor& features,
                     const FilterSpec& spec) {
  const torch::Tensor x = features.detach();
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

std::optional<GramFilter> solve(const Gram& gram, const FilterSpec& spec, bool with_inner) {
  if (resolve(spec) == FilterSolver::newton) {
    if (auto filter = newton_filter(gram, spec.sigma, with_inner)) return filter;
  }
  return eigh_filter(gram, spec, with_inner);
}

}  // namespace

torch::Tensor apply_filter(const torch::Tensor& z, const torch::Tensor& features,
                           const FilterSpec& spec) {
  const auto type = torch::promote_types(z.scalar_type(), torch::kFloat32);
  const auto x = features.to(type);
  const auto solver = resolve(spec);
  if (solver == FilterSolver::svd) return by_svd(z.to(type), x, spec);

  const bool product = solver == FilterSolver::newton && spec.sigma == 2;
  const auto gram = gram_matrix(x, product ? type : torch::kFloat64);
  const bool own = z.is_same(features);
  const bool with_inner =
      gram.wide && (!own || (z.requires_grad() && torch::GradMode::is_enabled()));
  const auto filter = solve(gram, spec, with_inner);
  if (!filter) return by_svd(z.to(type), x, spec);

  if (!gram.wide) return torch::mm(z.to(type), filter->response);
  if (!own) return between(z.to(type), x.detach(), filter->inner);
  if (with_inner) return OwnFilter::apply(x, filter->response, filter->inner);
  return torch::mm(filter->response, x);
}

}  // namespace rdm
