#include "layers/norm_kernels.h"

#include <algorithm>
#include <bit>

#include "base/vectorise.h"

namespace rdm {
namespace {

RDM_INLINE float from(float value) {
  return value;
}

RDM_INLINE float from(BFloat16 value) {
  return std::bit_cast<float>(uint32_t{value.bits} << 16);
}

RDM_INLINE void put(float value, float& into) {
  into = value;
}

// To the nearest, and of two as near ones to the even one.
RDM_INLINE void put(float value, BFloat16& into) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  into.bits = static_cast<uint16_t>(value == value ? rounded : 0x7fc0);
}

// A value that is some Value already.
RDM_INLINE void put_exact(float value, float& into) {
  into = value;
}

RDM_INLINE void put_exact(float value, BFloat16& into) {
  into.bits = static_cast<uint16_t>(std::bit_cast<uint32_t>(value) >> 16);
}

// Asks for values before their turn.
template <typename Value>
RDM_INLINE void ask_for(const Value* values, int64_t count) {
  constexpr int64_t kLine = 64 / sizeof(Value);
  for (int64_t i = 0; i < count; i += kLine) __builtin_prefetch(values + i);
}

// Rows whose sums are in float32, before they join those in float64.
constexpr int64_t kBlockRows = 128;

// Takes `count` neighbouring rows into the channels' mean and spread of `seen` rows. That each turn
// takes several rows spares most of the loads and stores of both. Source: Chan, Golub and LeVeque
// 1983.
template <int count, typename Value>
RDM_INLINE void add_rows(const Value* __restrict x, int64_t channels, float seen,
                         float* __restrict mean, float* __restrict spread) {
  constexpr float each = 1.0f / count;
  const float share = count / (seen + count), weight = seen * share;
#pragma GCC ivdep
  for (int64_t k = 0; k < channels; ++k) {
    float values[count], sum = 0, around = 0;
#pragma GCC unroll 8
    for (int row = 0; row < count; ++row) {
      values[row] = from(x[row * channels + k]);
      sum += values[row];
    }
    const float centre = sum * each;
#pragma GCC unroll 8
    for (int row = 0; row < count; ++row) {
      around += (values[row] - centre) * (values[row] - centre);
    }
    const float distance = centre - mean[k];
    mean[k] += distance * share;
    spread[k] += around + distance * (distance * weight);
  }
}

// The means and spreads of two sets of rows as those of both. Source: Chan, Golub and LeVeque 1983.
template <typename Value>
RDM_INLINE void merge(double* __restrict mean, double* __restrict spread, int64_t seen,
                      const Value* __restrict other_mean, const Value* __restrict other_spread,
                      int64_t other, int64_t channels) {
  const double all = static_cast<double>(seen + other);
  const double share = static_cast<double>(other) / all;
  const double weight = static_cast<double>(seen) * share;
  for (int64_t c = 0; c < channels; ++c) {
    const double distance = other_mean[c] - mean[c];
    mean[c] += distance * share;
    spread[c] += other_spread[c] + distance * distance * weight;
  }
}

template <typename Value>
RDM_INLINE void moments_of(const Value* __restrict x, int64_t rows, int64_t channels,
                           double* __restrict mean, double* __restrict spread,
                           float* __restrict work) {
  float* __restrict block_mean = work;
  float* __restrict block_spread = work + channels;
  std::fill_n(mean, channels, 0.0);
  std::fill_n(spread, channels, 0.0);
  for (int64_t at = 0; at < rows; at += kBlockRows) {
    std::fill_n(work, 2 * channels, 0.0f);
    const int64_t end = std::min(at + kBlockRows, rows);
    int64_t row = at;
    const auto seen = [&] { return static_cast<float>(row - at); };
    for (; row + 8 <= end; row += 8) {
      const int64_t next = row + 8;
      ask_for(x + next * channels, std::min<int64_t>(8, rows - next) * channels);
      add_rows<8>(x + row * channels, channels, seen(), block_mean, block_spread);
    }
    for (; row < end; ++row)
      add_rows<1>(x + row * channels, channels, seen(), block_mean, block_spread);
    merge(mean, spread, at, block_mean, block_spread, end - at, channels);
  }
}

template <bool relu, bool shortcut, typename Value>
RDM_INLINE void transform_rows(const Value* __restrict x, const Value* __restrict beside,
                               int64_t rows, int64_t channels, const float* __restrict gain,
                               const float* __restrict offset, Value* __restrict y) {
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = row * channels;
#pragma GCC ivdep
    for (int64_t k = 0; k < channels; ++k) {
      float value = gain[k] * from(x[i + k]) + offset[k];
      if constexpr (shortcut) value += from(beside[i + k]);
      if constexpr (relu) value = value < 0 ? 0 : value;  // and what is not a number stays it
      put(value, y[i + k]);
    }
  }
}

template <typename Value>
RDM_INLINE void transform_of(const Value* x, const Value* shortcut, int64_t rows, int64_t channels,
                             const Transform& by, Value* y) {
  if (by.relu && shortcut) {
    transform_rows<true, true>(x, shortcut, rows, channels, by.gain, by.offset, y);
  } else if (by.relu) {
    transform_rows<true, false>(x, shortcut, rows, channels, by.gain, by.offset, y);
  } else if (shortcut) {
    transform_rows<false, true>(x, shortcut, rows, channels, by.gain, by.offset, y);
  } else {
    transform_rows<false, false>(x, shortcut, rows, channels, by.gain, by.offset, y);
  }
}

// Where a ReLU's zeros are to be seen.
enum class Zeros { none, in_x, in_y };

template <typename Value>
RDM_INLINE Zeros zeros_of(const Gradients<Value>& of) {
  if (!of.by.relu) return Zeros::none;
  return of.y ? Zeros::in_y : Zeros::in_x;
}

// The gradients of `count` neighbouring rows from the i-th value on, added to (C) sums each.
template <Zeros zeros, int count, typename Value>
RDM_INLINE void add_gradient_rows(const Value* __restrict dy, const Value* __restrict x,
                                  const Value* __restrict y, Value* __restrict dz, int64_t i,
                                  int64_t channels, const float* __restrict gain,
                                  const float* __restrict offset, const float* __restrict mean,
                                  float* __restrict sum, float* __restrict projection) {
#pragma GCC ivdep
  for (int64_t k = 0; k < channels; ++k) {
    float added = 0, projected = 0;
#pragma GCC unroll 4
    for (int row = 0; row < count; ++row) {
      const int64_t at = i + row * channels + k;
      const float value = from(x[at]);
      float g = from(dy[at]);
      if constexpr (zeros == Zeros::in_x) g = gain[k] * value + offset[k] <= 0 ? 0 : g;
      if constexpr (zeros == Zeros::in_y) {
        g = from(y[at]) <= 0 ? 0 : g;
        put_exact(g, dz[at]);
      }
      added += g;
      projected += g * (value - mean[k]);
    }
    sum[k] += added;
    projection[k] += projected;
  }
}

template <Zeros zeros, typename Value>
RDM_INLINE void add_gradients_by(const Gradients<Value>& of, int64_t rows, int64_t channels,
                                 const float* mean, double* __restrict sum,
                                 double* __restrict projection, float* __restrict work) {
  std::fill_n(sum, channels, 0.0);
  std::fill_n(projection, channels, 0.0);
  float* __restrict block_sum = work;
  float* __restrict block_projection = work + channels;
  const auto [dy, x, y, dz, by] = of;
  // A walk along several wide rows at once is no stream that a processor foresees.
  const bool narrow = channels * static_cast<int64_t>(sizeof(Value)) <= 256;
  for (int64_t at = 0; at < rows; at += kBlockRows) {
    std::fill_n(work, 2 * channels, 0.0f);
    const int64_t end = std::min(at + kBlockRows, rows);
    int64_t row = at;
    for (; narrow && row + 4 <= end; row += 4) {
      add_gradient_rows<zeros, 4>(dy, x, y, dz, row * channels, channels, by.gain, by.offset, mean,
                                  block_sum, block_projection);
    }
    for (; row < end; ++row) {
      add_gradient_rows<zeros, 1>(dy, x, y, dz, row * channels, channels, by.gain, by.offset, mean,
                                  block_sum, block_projection);
    }
    for (int64_t k = 0; k < channels; ++k) {
      sum[k] += block_sum[k];
      projection[k] += block_projection[k];
    }
  }
}

template <typename Value>
RDM_INLINE void add_gradients_of(const Gradients<Value>& of, int64_t rows, int64_t channels,
                                 const float* mean, double* sum, double* projection, float* work) {
  switch (zeros_of(of)) {
    case Zeros::none:
      return add_gradients_by<Zeros::none>(of, rows, channels, mean, sum, projection, work);
    case Zeros::in_x:
      return add_gradients_by<Zeros::in_x>(of, rows, channels, mean, sum, projection, work);
    case Zeros::in_y:
      return add_gradients_by<Zeros::in_y>(of, rows, channels, mean, sum, projection, work);
  }
}

template <bool in_x, typename Value>
RDM_INLINE void differentiate_rows(const Value* __restrict dz, const Value* __restrict x,
                                   int64_t rows, int64_t channels, const Transform& with,
                                   const Derivative& by, Value* __restrict dx) {
  const float* __restrict gain = with.gain;
  const float* __restrict offset = with.offset;
  const float* __restrict centre = by.centre;
  const float* __restrict mean = by.mean;
  const float* __restrict slope = by.slope;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t i = row * channels;
#pragma GCC ivdep
    for (int64_t k = 0; k < channels; ++k) {
      const float value = from(x[i + k]);
      float g = from(dz[i + k]);
      if constexpr (in_x) g = gain[k] * value + offset[k] <= 0 ? 0 : g;
      put(gain[k] * ((g - centre[k]) - (value - mean[k]) * slope[k]), dx[i + k]);
    }
  }
}

template <typename Value>
RDM_INLINE void differentiate_of(const Gradients<Value>& of, int64_t rows, int64_t channels,
                                 const Derivative& by, Value* dx) {
  if (zeros_of(of) == Zeros::in_x) {
    differentiate_rows<true>(of.dy, of.x, rows, channels, of.by, by, dx);
  } else {
    differentiate_rows<false>(of.dz ? of.dz : of.dy, of.x, rows, channels, of.by, by, dx);
  }
}

}  // namespace

RDM_VECTORISED void moments(const float* x, int64_t rows, int64_t channels, double* mean,
                            double* spread, float* work) {
  moments_of(x, rows, channels, mean, spread, work);
}

RDM_VECTORISED void moments(const BFloat16* x, int64_t rows, int64_t channels, double* mean,
                            double* spread, float* work) {
  moments_of(x, rows, channels, mean, spread, work);
}

RDM_VECTORISED void merge_moments(double* mean, double* spread, int64_t seen,
                                  const double* other_mean, const double* other_spread,
                                  int64_t other, int64_t channels) {
  merge(mean, spread, seen, other_mean, other_spread, other, channels);
}

RDM_VECTORISED void transform(const float* x, const float* shortcut, int64_t rows, int64_t channels,
                              const Transform& by, float* y) {
  transform_of(x, shortcut, rows, channels, by, y);
}

RDM_VECTORISED void transform(const BFloat16* x, const BFloat16* shortcut, int64_t rows,
                              int64_t channels, const Transform& by, BFloat16* y) {
  transform_of(x, shortcut, rows, channels, by, y);
}

RDM_VECTORISED void add_gradients(const Gradients<float>& of, int64_t rows, int64_t channels,
                                  const float* mean, double* sum, double* projection, float* work) {
  add_gradients_of(of, rows, channels, mean, sum, projection, work);
}

RDM_VECTORISED void add_gradients(const Gradients<BFloat16>& of, int64_t rows, int64_t channels,
                                  const float* mean, double* sum, double* projection, float* work) {
  add_gradients_of(of, rows, channels, mean, sum, projection, work);
}

RDM_VECTORISED void add_sums(double* __restrict sum, const double* __restrict other,
                             int64_t channels) {
  for (int64_t k = 0; k < channels; ++k) sum[k] += other[k];
}

RDM_VECTORISED void differentiate(const Gradients<float>& of, int64_t rows, int64_t channels,
                                  const Derivative& by, float* dx) {
  differentiate_of(of, rows, channels, by, dx);
}

RDM_VECTORISED void differentiate(const Gradients<BFloat16>& of, int64_t rows, int64_t channels,
                                  const Derivative& by, BFloat16* dx) {
  differentiate_of(of, rows, channels, by, dx);
}

}  // namespace rdm
