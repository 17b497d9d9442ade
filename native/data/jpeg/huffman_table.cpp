#include "data/jpeg/huffman_table.h"

#include <algorithm>
#include <cstring>

namespace rdm {
namespace {

// Most files of a dataset share their codes, so that the tables of the last file can stay.
bool same(const HuffmanTable& table, const uint8_t* counts, const uint8_t* symbols) {
  return table.good && std::memcmp(table.counts.data(), counts, sizeof table.counts) == 0 &&
         std::memcmp(table.symbols.data(), symbols, sizeof table.symbols) == 0;
}

// The one coefficient that a look-up's bits begin with. Its length is 0 if it takes more than kPeek
// bits; then its value is the Code, or 0. The value of a run of zeros and of the end is 0.
//
//   bits 31 … 16 value │ 15 … 8 advance │ 7 … 0 length
struct Coefficient {
  uint32_t bits;

  static RDM_INLINE Coefficient make(int length, int advance, int value) {
    return {static_cast<uint32_t>(length | advance << 8) | static_cast<uint32_t>(value) << 16};
  }
  RDM_INLINE int length() const { return static_cast<int>(bits & 255); }
  RDM_INLINE int advance() const { return static_cast<int>(bits >> 8 & 255); }
  RDM_INLINE int value() const { return static_cast<int>(bits) >> 16; }
};
using Coefficients = std::array<Coefficient, kEntries>;

// Fills the entries that begin with a code of `length` bits. The bits after the code are the
// value's and, below these, bits that do not matter:
//
//   index   code (length) │ value (size) │ unused
RDM_VECTORISED void fill(Coefficient* to, int length, uint8_t symbol, uint8_t advance) {
  const int size = symbol & 15, spare = kPeek - length, unused = spare - size;
  if (unused < 0) {
    std::fill_n(to, 1 << spare, Coefficient::make(0, kRest, length << 8 | symbol));
    return;
  }
  for (int rest = 0; rest < 1 << spare; ++rest) {
    to[rest] = Coefficient::make(length + size, advance, size ? extend(rest >> unused, size) : 0);
  }
}

// The code that ends a block.
struct End {
  uint32_t bits = kEntries;  // more than any index: there is none
  int length = kPeek;

  // Whether it follows the first `after` of the bits.
  RDM_INLINE int follows(uint32_t peeked, int after) const {
    const uint32_t rest = peeked << after & (kEntries - 1);
    return (rest >> (kPeek - length) == bits) & (after + length <= kPeek);
  }
};

// Makes the entries of an AC table: a coefficient together with what follows it in the same bits,
// which is another coefficient, the block's end, or both. Conditions are numbers, because a loop
// with branches is not vectorised.
RDM_VECTORISED void join(const Coefficient* __restrict coefficients, End end,
                         Found* __restrict found, Values* __restrict values) {
  for (uint32_t bits = 0; bits < kEntries; ++bits) {
    const Coefficient first{coefficients[bits].bits};
    const Coefficient second{coefficients[bits << first.length() & (kEntries - 1)].bits};
    const int is_end = first.advance() == kRest, known = first.length() != 0;
    const int ends = is_end & known, goes_on = 1 ^ is_end;
    const int two = known & goes_on & (second.length() != 0) & (second.advance() != kRest) &
                    (first.length() + second.length() <= kPeek);
    const int length = first.length() + two * second.length();
    const int advance = first.advance() - ends * (kRest - 1) + two * second.advance();
    const int then_ends = goes_on & end.follows(bits, length);
    found[bits] = Found::make(length + then_ends * end.length, advance, ends | then_ends);
    values[bits] = Values::make(two * (first.advance() - 1), two * first.value(),
                                first.value() + two * (second.value() - first.value()));
  }
}

// Makes the entries of a DC table: one coefficient each, because what follows it has the codes of
// another table.
RDM_VECTORISED void keep_apart(const Coefficient* coefficients, Found* found, Values* values) {
  for (uint32_t bits = 0; bits < kEntries; ++bits) {
    const Coefficient only = coefficients[bits];
    found[bits] = Found::make(only.length(), only.advance(), false);
    values[bits] = Values::make(0, 0, only.value());
  }
}

}  // namespace

bool HuffmanTable::take(const uint8_t* from_counts, const uint8_t* from_symbols, Kind kind) {
  if (same(*this, from_counts, from_symbols)) return true;
  std::memcpy(counts.data(), from_counts, sizeof counts);
  std::memcpy(symbols.data(), from_symbols, sizeof symbols);
  Coefficients coefficients;
  coefficients.fill(Coefficient::make(0, kRest, 0));
  End end_code;
  good = false;
  uint32_t code = 0;
  int32_t index = 0;
  for (int length = 1; length <= kLongest; ++length, code <<= 1) {
    // The standard and libjpeg refuse a code that is all ones.
    if (counts[length] != 0 && code + counts[length] >= 1u << length) return false;
    if (index + counts[length] > 256) return false;
    offset[length] = index - static_cast<int32_t>(code);
    for (int i = 0; i < counts[length]; ++i, ++code, ++index) {
      if (length > kPeek) continue;
      fill(&coefficients[code << (kPeek - length)], length, symbols[index],
           advance(symbols[index], kind));
      if (symbols[index] == 0) end_code = {code, length};
    }
    end[length] = code << (kLongest - length);
  }
  if (kind == Kind::ac)
    join(coefficients.data(), end_code, found.data(), values.data());
  else
    keep_apart(coefficients.data(), found.data(), values.data());
  return good = true;
}

}  // namespace rdm
