// Huffman codes as look-up tables. The next kPeek bits of the stream are the index; an entry holds
// whatever is complete within them: up to two coefficients (code and value) and the block's end.
//
//   bits    code 1 │ value │ code 2 │ value │ end of block │ (next block)
//           └──────── one look-up: two coefficients, and the end ───────┘
//
// A look-up can begin only when the last one has said how many bits it took, so the fewer there
// are, the faster a block is read. Source: ITU-T T.81, annexes C (codes) and F.1.2 (symbols).
#pragma once
#include <array>
#include <cstdint>

#include "base/vectorise.h"

namespace rdm {

constexpr int kPeek = 11;  // bits of a look-up
constexpr uint32_t kEntries = 1 << kPeek;
constexpr int kLongest = 16;  // bits of a code
constexpr int kRest = 64;     // zeros that end a block

// The value that `size` bits stand for. Bits that begin with a zero stand for negative values: with
// two bits, 00 01 10 11 are -3 -2 2 3.
RDM_INLINE int extend(int bits, int size) {
  return bits - (((bits >> (size - 1)) - 1) & ((1 << size) - 1));
}

enum class Kind { dc, ac };

// How many places of the block a symbol covers: the zeros that it stands for and the coefficient
// after them. An AC symbol is run · 16 + size. Size 0 is the end of the block, unless the run is
// 15: then it is 16 zeros.
RDM_INLINE uint8_t advance(int symbol, Kind kind) {
  if (kind == Kind::dc) return 1;
  const int run = symbol >> 4, size = symbol & 15;
  return static_cast<uint8_t>(size == 0 && run != 15 ? kRest : run + 1);
}

// An entry of the table that the next look-up depends on: how many bits it takes, how many places
// of the block it covers (the end by itself: 1), and whether the block ends with it. An entry
// without a complete coefficient covers 64 places, which leads the reader to its slow path.
//
//   bits 15 … 8 advance │ 7 ends │ 5 … 0 length
//
// Values lie in a second table. The next look-up does not wait for them, and without them this
// table fits into the nearest cache.
struct Found {
  uint16_t bits;

  static RDM_INLINE Found make(int length, int advance, bool ends) {
    return {static_cast<uint16_t>(length | static_cast<int>(ends) << 7 | advance << 8)};
  }
  RDM_INLINE int length() const { return bits & 63; }  // bits taken
  RDM_INLINE bool ends() const { return static_cast<int8_t>(bits) < 0; }
  RDM_INLINE uint64_t advance() const { return uint64_t{bits} >> 8; }  // places covered
};

// The values of an entry's coefficients. The first one belongs `zeros` places after the block's
// next place, the second one to the last place that the entry covers. An entry of one coefficient
// has it as the second; its first is a zero, which the second overwrites if both belong to one
// place.
//
//   bits 31 … 24 first │ 23 … 8 second │ 7 … 0 zeros
struct Values {
  uint32_t bits;

  static RDM_INLINE Values make(int zeros, int first, int second) {
    return {static_cast<uint32_t>(zeros) | static_cast<uint32_t>(second & 0xFFFF) << 8 |
            static_cast<uint32_t>(first) << 24};
  }
  RDM_INLINE uint64_t zeros() const { return bits & 255; }  // before the first
  RDM_INLINE int16_t first() const { return static_cast<int16_t>(static_cast<int>(bits) >> 24); }
  // Where no coefficient is complete, the Code that the bits begin with.
  RDM_INLINE int16_t second() const { return static_cast<int16_t>(bits >> 8); }
};

// 256 · the length of a code + its symbol; 0 for a code of more than kPeek bits.
using Code = int16_t;

// A table of codes: of the sizes of values (DC), or of runs and sizes (AC).
struct HuffmanTable {
  std::array<Found, kEntries> found{};
  std::array<Values, kEntries> values{};
  // For codes of more than kPeek bits. Codes of one length are consecutive numbers: a code of
  // length n is below end[n] when it is shifted up to 16 bits, and the index of its symbol is the
  // code + offset[n].
  std::array<uint32_t, kLongest + 1> end{};
  std::array<int32_t, kLongest + 1> offset{};
  std::array<uint8_t, kLongest + 1> counts{};  // codes of each length
  std::array<uint8_t, 256> symbols{};          // in the order of their codes
  bool good = false;

  // Takes 17 counts and 256 symbols, as libjpeg reads them from a file; false if no code has them.
  bool take(const uint8_t* from_counts, const uint8_t* from_symbols, Kind kind);
};

}  // namespace rdm
