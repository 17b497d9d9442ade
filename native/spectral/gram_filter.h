// W = V g(S) Vᵀ by functions of the smaller Gram matrix alone: the long side's singular vectors are
// never formed, nor is W itself, (D, D), where the features are wide.
#pragma once
#include <torch/types.h>

#include <optional>

#include "spectral/gram.h"

namespace rdm {

// What W is made of, and what it will be applied to, which decides how much has to be solved for.
struct FilterInput {
  torch::Tensor x;  // features X (N, D), float32 or better, without gradient
  // Z W is wanted for rows Z of X from this one on; none: for other features.
  std::optional<int64_t> first_row = std::nullopt;
  bool gradient = false;  // a gradient is wanted for Z
  // Xᵀ X of the features of all ranks, of which x are then this rank's; none: x are all.
  std::optional<Gram> gram = std::nullopt;
};

// Singular values of X and of X W, (K), in any order; undefined where no solver needed them.
struct FilterSpectra {
  torch::Tensor before, after;
};

// With the eigenvectors of G = X Xᵀ = U S² Uᵀ (wide) or Xᵀ X = V S² Vᵀ (otherwise), (K, K):
//
//   wide, Z rows of X   X W = (U g(S) Uᵀ) X             response = g(√G)
//   wide, any Z         Z W = Z Xᵀ (U g(S) S⁻² Uᵀ) X    inner = g(√G) G⁺, G⁺ the pseudo-inverse
//   otherwise           Z W = Z (V g(S) Vᵀ)             response = g(√G) = W
struct GramFilter {
  torch::Tensor response;  // in the type of X; directions that are dropped have g = 0
  torch::Tensor inner;     // in the type of G; undefined where needs_inner says so
  FilterSpectra spectra;   // in the type of G
  // (), bool, on the device: whether the solver has found W. Where it has not, response and inner
  // are zero. Undefined for what cannot fail.
  torch::Tensor sound;
};

bool is_wide(const FilterInput& input);
bool needs_inner(const FilterInput& input);

// Z W for Z (n, D), by an autograd graph that leads to Z alone, W being a constant.
torch::Tensor apply(const GramFilter& w, const FilterInput& input, const torch::Tensor& z);

}  // namespace rdm
