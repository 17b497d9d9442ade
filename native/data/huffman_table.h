// Huffman codes as tables. A look-up takes the next bits of the stream to one or two whole
// coefficients: how many zeros come before each, their values, and how many bits they take. Each
// look-up waits for the length of the last, so fewer are faster.
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

// By how many coefficients a symbol goes on.
RDM_INLINE uint8_t advance(int symbol) {
  const int run = symbol >> 4, size = symbol & 15;
  return static_cast<uint8_t>(size == 0 && run != 15 ? kRest : run + 1);
}

// A coefficient as a table holds it: how many bits its code and value take, 0 where they are more
// than kPeek; by how much it goes on; its value, 0 for a run of zeros or the end.
struct Coefficient {
  uint32_t bits;

  static RDM_INLINE Coefficient make(int length, int advance, int value) {
    return {static_cast<uint32_t>(length | advance << 8) | static_cast<uint32_t>(value) << 16};
  }
  RDM_INLINE int length() const { return static_cast<int>(bits & 255); }
  RDM_INLINE int advance() const { return static_cast<int>(bits >> 8 & 255); }
  RDM_INLINE int16_t value() const { return static_cast<int16_t>(bits >> 16); }
};

// Two coefficients, or one twice where the bits do not hold another. One that is longer than kPeek
// bits goes on by kRest.
struct Pair {
  uint64_t bits;

  RDM_INLINE int length() const { return static_cast<int>(bits & 255); }  // of both
  RDM_INLINE int first_length() const { return static_cast<int>(bits >> 8 & 255); }
  RDM_INLINE int first_advance() const { return static_cast<int>(bits >> 16 & 255); }
  RDM_INLINE int advance() const { return static_cast<int>(bits >> 24 & 255); }
  RDM_INLINE int16_t first() const { return static_cast<int16_t>(bits >> 32); }
  RDM_INLINE int16_t second() const { return static_cast<int16_t>(bits >> 48); }
};

struct Code {
  uint8_t length = 0;  // 0: longer than kPeek bits
  uint8_t symbol = 0;
};

// Codes of the values' sizes (DC) or of runs and sizes (AC).
struct HuffmanTable {
  std::array<uint8_t, kLongest + 1> counts{};  // codes of each length
  std::array<uint8_t, 256> symbols{};          // in the order of their codes
  std::array<Coefficient, kEntries> coefficients{};
  std::array<Code, kEntries> codes{};
  std::array<uint32_t, kLongest + 1> end{};    // of the codes of a length, moved up to 16 bits
  std::array<int32_t, kLongest + 1> offset{};  // from a code to its symbol
  bool good = false;

  // From 17 counts and 256 symbols, as files have them; false where they are those of no code.
  bool take(const uint8_t* from_counts, const uint8_t* from_symbols);
};

// Of AC coefficients, which come in runs.
struct PairTable : HuffmanTable {
  std::array<Pair, kEntries> pairs{};

  bool take(const uint8_t* from_counts, const uint8_t* from_symbols);
};

}  // namespace rdm
