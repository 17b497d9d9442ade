#include "data/huffman_table.h"

#include <algorithm>
#include <cstring>

namespace rdm {
namespace {

// Files may share their codes.
bool same(const HuffmanTable& table, const uint8_t* counts, const uint8_t* symbols) {
  return table.good && std::memcmp(table.counts.data(), counts, sizeof table.counts) == 0 &&
         std::memcmp(table.symbols.data(), symbols, sizeof table.symbols) == 0;
}

// What the rest of a look-up's bits says of coefficients with this code.
RDM_VECTORISED void fill(Coefficient* to, int length, uint8_t symbol) {
  const int size = symbol & 15, spare = kPeek - length;
  if (size > spare) return;
  const int goes_on = advance(symbol), unused = spare - size;
  for (int rest = 0; rest < 1 << spare; ++rest) {
    const int value = size ? extend(rest >> unused, size) : 0;
    to[rest] = Coefficient::make(length + size, goes_on, value);
  }
}

RDM_VECTORISED void pair_up(const Coefficient* coefficients, Pair* pairs) {
  for (uint32_t bits = 0; bits < kEntries; ++bits) {
    const Coefficient first = coefficients[bits];
    const Coefficient next = coefficients[bits << first.length() & (kEntries - 1)];
    const int length = first.length() + next.length();
    const bool two =
        first.length() != 0 && first.advance() != kRest && next.length() != 0 && length <= kPeek;
    const int both = two ? length : first.length();
    const int advance = first.advance() + (two ? next.advance() : 0);
    const uint32_t second = two ? next.bits : first.bits;
    const uint32_t low = static_cast<uint32_t>(both) | (first.bits & 0xFFFF) << 8 |
                         static_cast<uint32_t>(advance) << 24;
    const uint32_t high = first.bits >> 16 | (second & 0xFFFF0000);
    pairs[bits].bits = low | uint64_t{high} << 32;
  }
}

}  // namespace

bool HuffmanTable::take(const uint8_t* from_counts, const uint8_t* from_symbols) {
  if (same(*this, from_counts, from_symbols)) return true;
  std::memcpy(counts.data(), from_counts, sizeof counts);
  std::memcpy(symbols.data(), from_symbols, sizeof symbols);
  coefficients.fill(Coefficient::make(0, kRest, 0));
  codes.fill({});
  good = false;
  uint32_t code = 0;
  int32_t index = 0;
  for (int length = 1; length <= kLongest; ++length, code <<= 1) {
    // No code is all ones, says the standard, and so says libjpeg.
    if (counts[length] != 0 && code + counts[length] >= 1u << length) return false;
    if (index + counts[length] > 256) return false;
    offset[length] = index - static_cast<int32_t>(code);
    for (int i = 0; i < counts[length]; ++i, ++code, ++index) {
      if (length > kPeek) continue;
      const int spare = kPeek - length;
      std::fill_n(&codes[code << spare], 1 << spare,
                  Code{static_cast<uint8_t>(length), symbols[index]});
      fill(&coefficients[code << spare], length, symbols[index]);
    }
    end[length] = code << (kLongest - length);
  }
  return good = true;
}

bool PairTable::take(const uint8_t* from_counts, const uint8_t* from_symbols) {
  if (same(*this, from_counts, from_symbols)) return true;
  if (!HuffmanTable::take(from_counts, from_symbols)) return false;
  pair_up(coefficients.data(), pairs.data());
  return true;
}

}  // namespace rdm
