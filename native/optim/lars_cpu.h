// LARS of one float32 tensor in two passes over memory: the norms, then everything else.
#pragma once
#include <cstdint>

#include "optim/lars.h"

namespace rdm {

// parameter, gradient, buffer: `size` values in one and the same order; no buffer where the
// momentum is 0. Layer-wise rates as in lars_update; without `layer_wise` plain momentum.
void lars_update_values(float* parameter, const float* gradient, float* buffer, int64_t size,
                        bool layer_wise, const LarsSettings& settings);

}  // namespace rdm
