#include "optim/lars_cpu.h"

#include <algorithm>
#include <cmath>

#include "base/vectorise.h"

namespace rdm {
namespace {

// A sum of squares is made block by block. Inside a block, 64 lanes add up in float32, which the
// compiler keeps in vector registers; the rest of the block, its lanes and all blocks are added up
// in float64:
//
//   block    | v0 … v63 | v64 … v127 | … | rest |
//   lane k      vk²      + v(64+k)²  + …
//
// The order of additions depends on the size alone, so that a sum depends neither on the number of
// threads nor on the pass in which it was made.
constexpr int64_t kBlock = 16384;
constexpr int64_t kLanes = 64;

// The sum of a block: its lanes, and the squares of the values that do not fill them.
RDM_INLINE double total(const float (&lanes)[kLanes], const float* rest, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += static_cast<double>(rest[i]) * rest[i];
  for (const float lane : lanes) sum += lane;
  return sum;
}

// This loop waits for memory, so it prefetches: each cache line (kLine values) of the lanes that
// are kAhead values further on.
RDM_VECTORISED double block_square_sum(const float* values, int64_t n) {
  constexpr int64_t kAhead = 768, kLine = 16;
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t line = 0; line < kLanes; line += kLine) {
      __builtin_prefetch(values + i + kAhead + line);
    }
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += values[i + lane] * values[i + lane];
    }
  }
  return total(lanes, values + i, n - i);
}

double square_sum(const float* values, int64_t size) {
  double sum = 0;
  for (int64_t at = 0; at < size; at += kBlock) {
    sum += block_square_sum(values + at, std::min(kBlock, size - at));
  }
  return sum;
}

// d = gradient · g + decay · p, then buffer = momentum · buffer + d and p −= lr · buffer.
struct Rates {
  float gradient, decay, momentum, lr;
};

// One value's update; returns the new value.
RDM_INLINE float move(float& parameter, float gradient, float& buffer, const Rates& rates) {
  buffer = rates.momentum * buffer + (rates.gradient * gradient + rates.decay * parameter);
  return parameter -= rates.lr * buffer;
}

// A block's update; returns the sum of squares of the new values.
RDM_VECTORISED double move_with_momentum(float* __restrict parameter,
                                         const float* __restrict gradient, float* __restrict buffer,
                                         int64_t n, Rates rates) {
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const int64_t k = i + lane;
      const float moved = move(parameter[k], gradient[k], buffer[k], rates);
      lanes[lane] += moved * moved;
    }
  }
  const int64_t whole = i;
  for (; i < n; ++i) move(parameter[i], gradient[i], buffer[i], rates);
  return total(lanes, parameter + whole, n - whole);
}

RDM_VECTORISED void move_without_momentum(float* __restrict parameter,
                                          const float* __restrict gradient, int64_t n,
                                          Rates rates) {
  for (int64_t i = 0; i < n; ++i) {
    parameter[i] -= rates.lr * (rates.gradient * gradient[i] + rates.decay * parameter[i]);
  }
}

}  // namespace

double lars_update_values(float* parameter, const float* gradient, float* buffer, int64_t size,
                          bool layer_wise, std::optional<double> square,
                          const LarsSettings& settings) {
  double q = 1, decay = 0;
  if (layer_wise) {
    const double p = std::sqrt(square ? *square : square_sum(parameter, size));
    const double g = std::sqrt(square_sum(gradient, size));
    if (p != 0 && g != 0) {
      q = std::min(settings.eta * p / (g + settings.weight_decay * p + 1e-8) / settings.lr, 1.0);
      decay = q * settings.weight_decay;
    }
  }
  const Rates rates{static_cast<float>(q), static_cast<float>(decay),
                    static_cast<float>(settings.momentum), static_cast<float>(settings.lr)};
  double moved = 0;
  for (int64_t at = 0; at < size; at += kBlock) {
    const int64_t n = std::min(kBlock, size - at);
    if (buffer) {
      moved += move_with_momentum(parameter + at, gradient + at, buffer + at, n, rates);
    } else {
      move_without_momentum(parameter + at, gradient + at, n, rates);
      moved += block_square_sum(parameter + at, n);
    }
  }
  return moved;
}

}  // namespace rdm
