#include "spectral/eigh.h"

#include <torch/torch.h>

#include <tuple>

#include "spectral/response.h"
#include "spectral/unchecked.h"

namespace rdm {
namespace {

// Of V Λ Vᵀ − G, relative to G. A sound float64 decomposition is near 1e-14.
constexpr double kEighResidual = 1e-10;

// vectors diag(values) vectorsᵀ, (K, K)
torch::Tensor rebuild(const torch::Tensor& vectors, const torch::Tensor& values) {
  return torch::mm(vectors * values, vectors.t());
}

// Eigenvalues (K), ascending, and eigenvectors (K, K). Whether it has converged is for the residual
// to say, on the device.
std::tuple<torch::Tensor, torch::Tensor> decompose(const torch::Tensor& g) {
  const Unchecked unchecked;
  return torch::linalg_eigh(torch::nan_to_num(g, 0, 0, 0));  // LAPACK bears no NaN
}

}  // namespace

GramFilter eigh_filter(const Gram& gram, const FilterSpec& spec, bool with_inner) {
  const torch::NoGradGuard no_grad;
  const auto& g = gram.matrix;
  const auto [values, vectors] = decompose(g);
  const auto sound = agree({vectors * values, vectors.t()}, {g}, kEighResidual);
  const auto s = values.clamp_min(0).sqrt();
  const auto kept = s > s.max() * gram.noise;
  const auto response = torch::where(kept, filter_response(s, spec), 0.0);
  const auto if_sound = [&](const torch::Tensor& matrix) {
    return torch::where(sound, matrix, 0.0);
  };
  return {if_sound(rebuild(vectors.to(gram.type), response.to(gram.type))),
          with_inner ? if_sound(rebuild(vectors, torch::where(kept, response / values, 0.0)))
                     : torch::Tensor(),
          {s, (s * response).abs()},
          sound};
}

torch::Tensor singular_values(const torch::Tensor& x) {
  return torch::linalg_eigvalsh(gram_matrix(x, torch::kFloat64).matrix).clamp_min(0).sqrt();
}

}  // namespace rdm
