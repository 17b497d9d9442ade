// Huffman codes as tables. A look-up takes the next bits of the stream to one or two whole
// coefficients and maybe the block's end: how many zeros come before each, their values, and how
// many bits all of it takes. Each look-up waits for the length of the last, so fewer are faster.
// Source: ITU-T T.81, annexes C (codes) and F.1.2 (symbols).
#pragma once
#include <array>
#include <cstdint>

#include "base/vectorise.h"

namespace rdm {

constexpr int kPeek = 11;  // bits of a look-up
constexpr uint32_t kEntries = 1 << kPeek;
constexpr int kLongest = 16;  // bits of a code
constexpr int kRest = 64;     // zeros that end a block

// The value that `size` bits stand for: those that begin with a zero are negative.
RDM_INLINE int extend(int bits, int size) {
  return bits - (((bits >> (size - 1)) - 1) & ((1 << size) - 1));
}

enum class Kind { dc, ac };

// By how many coefficients a symbol goes on.
RDM_INLINE uint8_t advance(int symbol, Kind kind) {
  if (kind == Kind::dc) return 1;
  const int run = symbol >> 4, size = symbol & 15;
  return static_cast<uint8_t>(size == 0 && run != 15 ? kRest : run + 1);
}

// What a look-up finds: two coefficients, or one, which is then the second, while the first is a
// zero that it may overwrite; and whether the block ends there. What no look-up finds goes on
// by 64. Their values lie in a table of their own: the next look-up does not wait for those, and
// what it waits for stays in the nearest cache.
struct Found {
  uint16_t bits;

  static RDM_INLINE Found make(int length, int advance, bool ends) {
    return {static_cast<uint16_t>(length | static_cast<int>(ends) << 7 | advance << 8)};
  }
  RDM_INLINE int length() const { return bits & 63; }  // of all, in bits
  RDM_INLINE bool ends() const { return static_cast<int8_t>(bits) < 0; }
  RDM_INLINE uint64_t advance() const { return uint64_t{bits} >> 8; }  // over both
};
struct Values {
  uint32_t bits;

  static RDM_INLINE Values make(int zeros, int first, int second) {
    return {static_cast<uint32_t>(zeros) | static_cast<uint32_t>(second & 0xFFFF) << 8 |
            static_cast<uint32_t>(first) << 24};
  }
  RDM_INLINE uint64_t zeros() const { return bits & 255; }  // before the first
  RDM_INLINE int16_t first() const { return static_cast<int16_t>(static_cast<int>(bits) >> 24); }
  // Where nothing is found, the code that the bits begin with.
  RDM_INLINE int16_t second() const { return static_cast<int16_t>(bits >> 8); }
};

// 256 · the length of a code + its symbol; 0 for one of more than kPeek bits.
using Code = int16_t;

// Codes of the values' sizes (DC) or of runs and sizes (AC).
struct HuffmanTable {
  std::array<Found, kEntries> found{};
  std::array<Values, kEntries> values{};
  std::array<uint32_t, kLongest + 1> end{};    // of the codes of a length, moved up to 16 bits
  std::array<int32_t, kLongest + 1> offset{};  // from a code to its symbol
  std::array<uint8_t, kLongest + 1> counts{};  // codes of each length
  std::array<uint8_t, 256> symbols{};          // in the order of their codes
  bool good = false;

  // From 17 counts and 256 symbols, as files have them; false where they are those of no code.
  bool take(const uint8_t* from_counts, const uint8_t* from_symbols, Kind kind);
};

}  // namespace rdm
