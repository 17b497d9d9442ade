// Moving bytes between vectors, through the vector types that GCC and Clang share.
#pragma once
#include <cstdint>
#include <cstring>

#include "base/vectorise.h"

namespace rdm {

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

RDM_INLINE Bytes16 load16(const uint8_t* from) {
  Bytes16 out;
  std::memcpy(&out, from, sizeof out);
  return out;
}

RDM_INLINE void store16(uint8_t* to, const Bytes16& value) {
  std::memcpy(to, &value, sizeof value);
}

// Interleaves the vectors of the first half with those of the second:
//
//   v[i]              a0 a1 … a15    becomes    v[2 i]        a0 b0 a1 b1 … a7 b7
//   v[i + count / 2]  b0 b1 … b15               v[2 i + 1]    a8 b8 a9 b9 … a15 b15
//
// If all vectors are one array of count · 16 bytes, a byte moves to the index whose bits are those
// of its own index, rotated to the left by one.
template <int count>
RDM_INLINE void interleave_halves(Bytes16 (&v)[count]) {
  Bytes16 next[count];
  for (int i = 0; i < count / 2; ++i) {
#if defined(__clang__)
    next[2 * i] = __builtin_shufflevector(v[i], v[i + count / 2], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20,
                                          5, 21, 6, 22, 7, 23);
    next[2 * i + 1] = __builtin_shufflevector(v[i], v[i + count / 2], 8, 24, 9, 25, 10, 26, 11, 27,
                                              12, 28, 13, 29, 14, 30, 15, 31);
#else
    constexpr Bytes16 kLow{0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23};
    constexpr Bytes16 kHigh{8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    next[2 * i] = __builtin_shuffle(v[i], v[i + count / 2], kLow);
    next[2 * i + 1] = __builtin_shuffle(v[i], v[i + count / 2], kHigh);
#endif
  }
  for (int i = 0; i < count; ++i) v[i] = next[i];
}

// Transposes 16 × 16 bytes: four rotations swap the two halves of an 8-bit index, which are the row
// and the column.
RDM_INLINE void transpose16(Bytes16 (&v)[16]) {
  for (int round = 0; round < 4; ++round) interleave_halves(v);
}

}  // namespace rdm
