// A stream of bits, read eight bytes at a time.
#pragma once
#include <cstdint>
#include <cstring>

#include "base/vectorise.h"

namespace rdm {

// A window on the stream: the next `count` bits are the topmost of `buffer`.
//
//   buffer │ count bits, not taken yet │ the same as the first bits at `next` │
//          63                                                              0
struct Bits {
  const uint8_t* next;  // the first byte that `count` does not cover
  uint64_t buffer = 0;
  int count = 0;

  // Makes `count` at least 56. A whole word is read, but only whole bytes are counted. The bits
  // below them are right as well; the next refill sets them to what they are already.
  RDM_INLINE void refill() {
    uint64_t bytes;
    std::memcpy(&bytes, next, sizeof bytes);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    bytes = __builtin_bswap64(bytes);
#endif
    buffer |= bytes >> count;
    next += (63 - count) >> 3;
    count |= 56;
  }
  RDM_INLINE uint32_t peek(int bits) const { return static_cast<uint32_t>(buffer >> (64 - bits)); }
  RDM_INLINE void drop(int bits) {
    buffer <<= bits;
    count -= bits;
  }
};

}  // namespace rdm
