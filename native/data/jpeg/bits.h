// A stream of bits, read eight bytes at a time.
#pragma once
#include <cstdint>
#include <cstring>

#include "base/vectorise.h"

namespace rdm {

// The next bits of the stream, the first one on top.
struct Bits {
  const uint8_t* next;
  uint64_t buffer = 0;
  int count = 0;

  // At least 56 bits. Those below `count` are already what comes next, so they may be set again.
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
