#include "spectral/decompose.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <optional>

namespace rdm {
namespace {

// ‖U Λ Uᵀ − G‖ ≤ kResidual ‖G‖; a sound float64 decomposition is near 1e-14.
constexpr double kResidual = 1e-10;

torch::Tensor above_noise(const torch::Tensor& singular_values, const torch::Tensor& x) {
  const double relative =
      static_cast<double>(std::max(x.size(0), x.size(1))) * std::numeric_limits<float>::epsilon();
  return singular_values > singular_values.max() * relative;
}

bool finite(const torch::Tensor& x) {
  return torch::isfinite(x).all().item<bool>();
}

Decomposition by_svd(const torch::Tensor& x, bool keep_null_space) {
  const auto [u, s, vh] = torch::linalg_svd(x, /*full_matrices=*/false);
  const auto kept = keep_null_space ? torch::ones_like(s, torch::kBool) : above_noise(s, x);
  return {s.flip(0), (vh.t() * kept).flip(1), kept.flip(0)};
}

// Eigenvalues and vectors of a Gram matrix, or nothing where LAPACK failed or the residual is high.
std::optional<std::tuple<torch::Tensor, torch::Tensor>> checked_eigh(const torch::Tensor& gram) {
  try {
    auto [values, vectors] = torch::linalg_eigh(gram);
    const auto rebuilt = torch::mm(vectors * values, vectors.t());
    if (((rebuilt - gram).norm() <= kResidual * gram.norm()).item<bool>()) {
      return std::tuple(values, vectors);
    }
  } catch (const c10::LinAlgError&) {
    // Not converged: the caller takes the SVD instead.
  }
  return std::nullopt;
}

}  // namespace

Decomposition decompose(const torch::Tensor& features, bool keep_null_space) {
  const torch::NoGradGuard no_grad;
  const auto x = features.detach().to(torch::kFloat64);
  if (!finite(x)) {
    const int64_t rank = std::min(x.size(0), x.size(1));
    const auto nan = torch::full({rank}, std::numeric_limits<double>::quiet_NaN(), x.options());
    return {nan, nan.expand({x.size(1), rank}), torch::ones_like(nan, torch::kBool)};
  }
  if (keep_null_space) return by_svd(x, keep_null_space);

  const bool wide = x.size(0) < x.size(1);
  const auto eigen = checked_eigh(wide ? torch::mm(x, x.t()) : torch::mm(x.t(), x));
  if (!eigen) return by_svd(x, keep_null_space);

  const auto& [values, vectors] = *eigen;
  const auto s = values.clamp_min(0).sqrt();
  const auto kept = above_noise(s, x);
  // Wide: the eigenvectors are U, and V = Xᵀ U / s, as (Uᵀ X)ᵀ the faster product. Tall: they are
  // V.
  const auto v = wide ? torch::mm((vectors * torch::where(kept, s.reciprocal(), 0.0)).t(), x).t()
                      : vectors * kept;
  return {s, v, kept};
}

}  // namespace rdm
