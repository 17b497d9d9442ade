#include "optim/lars_cpu.h"

#include <algorithm>
#include <cmath>

#include "base/vectorise.h"

namespace rdm {
namespace {

constexpr int64_t kBlock = 16384;  // values whose squares are added up in float32 lanes

struct SquareSums {
  double parameter = 0, gradient = 0;
};

// In a fixed order of additions, so that the sum does not depend on the number of threads. Memory
// is what it waits for: what comes next is asked for ahead.
RDM_VECTORISED SquareSums square_sums(const float* parameter, const float* gradient, int64_t n) {
  constexpr int64_t kLanes = 64, kAhead = 768, kLine = 16;
  float p[kLanes] = {}, g[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t line = 0; line < kLanes; line += kLine) {
      __builtin_prefetch(parameter + i + kAhead + line);
      __builtin_prefetch(gradient + i + kAhead + line);
    }
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      p[lane] += parameter[i + lane] * parameter[i + lane];
    }
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      g[lane] += gradient[i + lane] * gradient[i + lane];
    }
  }
  SquareSums sums;
  for (; i < n; ++i) {
    sums.parameter += static_cast<double>(parameter[i]) * parameter[i];
    sums.gradient += static_cast<double>(gradient[i]) * gradient[i];
  }
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    sums.parameter += p[lane];
    sums.gradient += g[lane];
  }
  return sums;
}

struct Norms {
  double parameter, gradient;
};

Norms norms(const float* parameter, const float* gradient, int64_t size) {
  SquareSums total;
  for (int64_t at = 0; at < size; at += kBlock) {
    const auto sums = square_sums(parameter + at, gradient + at, std::min(kBlock, size - at));
    total.parameter += sums.parameter;
    total.gradient += sums.gradient;
  }
  return {std::sqrt(total.parameter), std::sqrt(total.gradient)};
}

// buffer = momentum·buffer + q·g + decay·p and p −= lr·buffer
RDM_VECTORISED void move_with_momentum(float* parameter, const float* gradient, float* buffer,
                                       int64_t n, float q, float decay, float momentum, float lr) {
  for (int64_t i = 0; i < n; ++i) {
    buffer[i] = momentum * buffer[i] + (q * gradient[i] + decay * parameter[i]);
    parameter[i] -= lr * buffer[i];
  }
}

RDM_VECTORISED void move(float* parameter, const float* gradient, int64_t n, float q, float decay,
                         float lr) {
  for (int64_t i = 0; i < n; ++i) {
    parameter[i] -= lr * (q * gradient[i] + decay * parameter[i]);
  }
}

}  // namespace

void lars_update_values(float* parameter, const float* gradient, float* buffer, int64_t size,
                        bool layer_wise, const LarsSettings& settings) {
  double q = 1, decay = 0;
  if (layer_wise) {
    const auto [p, g] = norms(parameter, gradient, size);
    if (p != 0 && g != 0) {
      q = std::min(settings.eta * p / (g + settings.weight_decay * p + 1e-8) / settings.lr, 1.0);
      decay = q * settings.weight_decay;
    }
  }
  const auto rate = static_cast<float>(q), weight = static_cast<float>(decay);
  const auto momentum = static_cast<float>(settings.momentum), lr = static_cast<float>(settings.lr);
  if (buffer) {
    move_with_momentum(parameter, gradient, buffer, size, rate, weight, momentum, lr);
  } else {
    move(parameter, gradient, size, rate, weight, lr);
  }
}

}  // namespace rdm
