#include "data/jpeg/idct.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/vectorise.h"
#include "data/pixels/vectors.h"

namespace rdm {
namespace {

// One value of each of the sixteen blocks: all blocks are transformed in step.
typedef float Lanes __attribute__((vector_size(kIdctLanes * sizeof(float))));

// Transforms one row or column of a block: the lowest `size` frequencies, `step` values apart,
// become `size` pixels in place. Sums and differences of halves, as in a fast Fourier transform:
// even frequencies are symmetric about the middle, odd ones antisymmetric.
//
//   v[x]            = even(x) + odd(x)
//   v[size - 1 - x] = even(x) - odd(x)
template <int size>
RDM_INLINE void transform(Lanes* v, int step);

template <>
RDM_INLINE void transform<1>(Lanes*, int) {}

template <>
RDM_INLINE void transform<2>(Lanes* v, int step) {
  const Lanes a = v[0], b = v[step];
  v[0] = a + b;
  v[step] = a - b;
}

template <>
RDM_INLINE void transform<4>(Lanes* v, int step) {
  const Lanes a = v[0] + v[2 * step], b = v[0] - v[2 * step];
  const Lanes low = v[step], high = v[3 * step];
  const Lanes outer = low * 1.306562965f + high * 0.541196100f;
  const Lanes inner = low * 0.541196100f - high * 1.306562965f;
  v[0] = a + outer;
  v[step] = b + inner;
  v[2 * step] = b - inner;
  v[3 * step] = a - outer;
}

template <>
RDM_INLINE void transform<8>(Lanes* v, int step) {
  // The even frequencies 0, 4, 2, 6. Inputs were multiplied with `factor`, so five products are
  // left.
  const Lanes s0 = v[0] + v[4 * step], d0 = v[0] - v[4 * step];
  const Lanes s2 = v[2 * step] + v[6 * step];
  const Lanes d2 = (v[2 * step] - v[6 * step]) * 1.414213562f - s2;
  const Lanes e0 = s0 + s2, e3 = s0 - s2, e1 = d0 + d2, e2 = d0 - d2;

  // The odd frequencies 5, 3, 1, 7.
  const Lanes s5 = v[5 * step] + v[3 * step], d5 = v[5 * step] - v[3 * step];
  const Lanes s1 = v[step] + v[7 * step], d1 = v[step] - v[7 * step];
  const Lanes turn = (d5 + d1) * 1.847759065f;
  const Lanes o0 = s1 + s5;
  const Lanes o1 = turn - d5 * 2.613125930f - o0;
  const Lanes o2 = (s1 - s5) * 1.414213562f - o1;
  const Lanes o3 = turn - d1 * 1.082392200f - o2;

  v[0] = e0 + o0;
  v[7 * step] = e0 - o0;
  v[step] = e1 + o1;
  v[6 * step] = e1 - o1;
  v[2 * step] = e2 + o2;
  v[5 * step] = e2 - o2;
  v[3 * step] = e3 + o3;
  v[4 * step] = e3 - o3;
}

// Stores one row of pixels of sixteen blocks. pixels[x] holds pixel x of every block; interleaving
// brings the pixels of a block together.
template <int size>
RDM_INLINE void store_row(Bytes16 (&pixels)[size], uint8_t* to) {
  for (int round = 1; round < size; round *= 2) interleave_halves(pixels);
  for (int i = 0; i < size; ++i) store16(to + i * 16, pixels[i]);
}

template <int size>
RDM_INLINE void apply_sized(const int16_t* coefficients, const float* scale, uint8_t* to,
                            int64_t stride) {
  Lanes block[size * size];
  for (int row = 0; row < size; ++row) {
    float values[size * kIdctLanes];
    const int16_t* from = coefficients + row * 8 * kIdctLanes;
    for (int i = 0; i < size * kIdctLanes; ++i) values[i] = static_cast<float>(from[i]);
    std::memcpy(block + row * size, values, sizeof values);
    for (int column = 0; column < size; ++column) {
      block[row * size + column] *= scale[row * 8 + column];
    }
  }
  block[0] +=
      128.5f;  // coefficients are those of pixels less 128; 0.5 rounds what is truncated below
  for (int column = 0; column < size; ++column) transform<size>(block + column, size);
  for (int row = 0; row < size; ++row) {
    transform<size>(block + row * size, 1);
    float values[size * kIdctLanes];
    std::memcpy(values, block + row * size, sizeof values);
    alignas(Bytes16) uint8_t bytes[size * kIdctLanes];
    for (int i = 0; i < size * kIdctLanes; ++i) {
      bytes[i] = static_cast<uint8_t>(std::clamp(static_cast<int>(values[i]), 0, 255));
    }
    Bytes16 pixels[size];
    std::memcpy(pixels, bytes, sizeof pixels);
    store_row<size>(pixels, to + row * stride);
  }
}

RDM_VECTORISED void apply_any(int size, const int16_t* coefficients, const float* scale,
                              uint8_t* to, int64_t stride) {
  switch (size) {
    case 1: return apply_sized<1>(coefficients, scale, to, stride);
    case 2: return apply_sized<2>(coefficients, scale, to, stride);
    case 4: return apply_sized<4>(coefficients, scale, to, stride);
    default: return apply_sized<8>(coefficients, scale, to, stride);
  }
}

// What a frequency is multiplied with before `transform`: the standard's scale and, of eight
// pixels, the cosine that the fast algorithm takes out of its products (Arai, Agui and Nakajima).
float factor(int size, int frequency) {
  constexpr double pi = 3.14159265358979323846;
  if (frequency == 0 || size < 8) return static_cast<float>(std::sqrt(0.125));
  return static_cast<float>(0.5 * std::cos(frequency * pi / 16));
}

}  // namespace

void Idct::set(const uint16_t* quantisation, int size) {
  // No coefficient of eight-bit pixels is larger than 2^11. With larger steps, a damaged file's
  // pixel would not fit into an int.
  constexpr uint16_t kMostStep = 2048;
  size_ = size;
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      scale_[row * 8 + column] =
          static_cast<float>(std::min(quantisation[row * 8 + column], kMostStep)) *
          factor(size, row) * factor(size, column);
    }
  }
}

void Idct::apply(const int16_t* coefficients, uint8_t* to, int64_t stride) const {
  apply_any(size_, coefficients, scale_.data(), to, stride);
}

}  // namespace rdm
