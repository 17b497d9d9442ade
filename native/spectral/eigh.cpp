#include "spectral/eigh.h"

#include <torch/torch.h>

#include <limits>

#include "spectral/response.h"

namespace rdm {
namespace {

// Of V Λ Vᵀ − G, relative to G. A sound float64 decomposition is near 1e-14.
constexpr double kEighResidual = 1e-10;

// vectors diag(values) vectorsᵀ, (K, K)
torch::Tensor rebuild(const torch::Tensor& vectors, const torch::Tensor& values) {
  return torch::mm(vectors * values, vectors.t());
}

bool finite(const torch::Tensor& x) {
  return torch::isfinite(x).all().item<bool>();
}

}  // namespace

std::optional<GramFilter> eigh_filter(const Gram& gram, const FilterSpec& spec, bool with_inner) {
  const torch::NoGradGuard no_grad;
  const auto& g = gram.matrix;
  if (!finite(g)) {
    const auto nan = torch::full_like(g, std::numeric_limits<double>::quiet_NaN());
    return GramFilter{nan.to(gram.type), nan, {}};
  }
  try {
    const auto [values, vectors] = torch::linalg_eigh(g);
    if (!agree({vectors * values, vectors.t()}, {g}, kEighResidual).item<bool>())
      return std::nullopt;
    const auto s = values.clamp_min(0).sqrt();
    const auto kept = s > s.max() * gram.noise;
    const auto response = torch::where(kept, filter_response(s, spec), 0.0);
    const auto inner =
        with_inner ? rebuild(vectors, torch::where(kept, response / values, 0.0)) : torch::Tensor();
    return GramFilter{
        rebuild(vectors.to(gram.type), response.to(gram.type)), inner, {s, (s * response).abs()}};
  } catch (const c10::LinAlgError&) {
    return std::nullopt;  // not converged
  }
}

torch::Tensor singular_values(const torch::Tensor& x) {
  return torch::linalg_eigvalsh(gram_matrix(x, torch::kFloat64).matrix).clamp_min(0).sqrt();
}

}  // namespace rdm
