// The paper's spectral filter W = V g(S) Vᵀ.
#pragma once
#include <torch/types.h>

#include "spectral/decompose.h"
#include "spectral/spec.h"

namespace rdm {

// g(s), elementwise: poly s^sigma, log log(s), log_1 log(1 + s), log_2 log(1 + s²). s: (K).
torch::Tensor filter_response(const torch::Tensor& singular_values, const FilterSpec& spec);

// x W, in float32 or better, with gradient through x alone. x: (N, D); W from `decomposition`: (D,
// D).
torch::Tensor apply_filter(const torch::Tensor& x, const Decomposition& decomposition,
                           const FilterSpec& spec);

}  // namespace rdm
