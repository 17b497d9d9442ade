// Effective rank: how many directions the features really use. Source: Roy and Vetterli 2007.
#pragma once
#include <torch/types.h>

namespace rdm {

// exp(−Σ q log q) by the two conventions for q in use; the results differ much, so each has its
// name. Float64 scalars on the values' device; 0 where all values are zero.
struct EffectiveRank {
  torch::Tensor singular_values;  // q = s / Σs
  torch::Tensor squared;          // q = s² / Σs², the eigenvalues of the correlation matrix
};

// singular_values: (K), any floating type, any order.
EffectiveRank effective_rank(const torch::Tensor& singular_values);

}  // namespace rdm
