// LARS of one float32 tensor in two passes over memory: the gradient's norm, then everything else,
// with the norm that the next update needs of the weights.
#pragma once
#include <cstdint>
#include <optional>

#include "optim/lars.h"

namespace rdm {

// parameter, gradient, buffer: `size` values in one and the same order; no buffer where the
// momentum is 0. Layer-wise rates as in lars_update; without `layer_wise` plain momentum.
// square: of the parameter's values the sum of squares, where an update before this one gave it;
// else it is added up first. Gives that of the new values, the same to the last bit either way.
double lars_update_values(float* parameter, const float* gradient, float* buffer, int64_t size,
                          bool layer_wise, std::optional<double> square,
                          const LarsSettings& settings);

}  // namespace rdm
