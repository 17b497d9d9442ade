// g(s), the filter's response: what it multiplies a direction of singular value s with.
#pragma once
#include <torch/types.h>

#include "spectral/spec.h"

namespace rdm {

// Elementwise: poly s^sigma, log log(s), log_1 log(1 + s), log_2 log(1 + s²). Any shape.
torch::Tensor filter_response(const torch::Tensor& singular_values, const FilterSpec& spec);

}  // namespace rdm
