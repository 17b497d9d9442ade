// LARS of one float32 tensor in two passes over memory. The first takes the gradient's norm; the
// second updates, and on the way takes the norm of the new weights, which the next update starts
// from.
#pragma once
#include <cstdint>
#include <optional>

namespace rdm {

struct LarsSettings {
  double eta = 0.02;  // trust coefficient
  double lr = 0;
  double momentum = 0.9;
  double weight_decay = 0;
};

// parameter, gradient, buffer: `size` values each, in the same order; buffer is null where the
// momentum is 0. layer_wise: whether the tensor has a rate of its own, as in lars_update; without,
// this is SGD with momentum.
// square: the parameter's sum of squares, if the update before this one returned it; without it,
// one more pass adds it up, to the same bits. Returns the sum of squares of the new values.
double lars_update_values(float* parameter, const float* gradient, float* buffer, int64_t size,
                          bool layer_wise, std::optional<double> square,
                          const LarsSettings& settings);

}  // namespace rdm
