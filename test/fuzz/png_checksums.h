// Mends the checksums of a mutated PNG, so that the mutation is read and not only refused.
#pragma once
#include <zlib.h>

#include <cstdint>
#include <cstring>

namespace rdm::fuzz {

inline void mend_png_checksums(uint8_t* data, size_t size) {
  if (size < 8 || std::memcmp(data, "\x89PNG\r\n\x1A\n", 8) != 0) return;
  for (size_t at = 8; at + 12 <= size;) {  // length, kind, content, checksum
    const uint32_t length = uint32_t{data[at]} << 24 | uint32_t{data[at + 1]} << 16 |
                            uint32_t{data[at + 2]} << 8 | data[at + 3];
    if (length > size - at - 12) return;
    const auto checksum = static_cast<uint32_t>(crc32(0, data + at + 4, length + 4));
    for (size_t i = 0; i < 4; ++i) {
      data[at + 8 + length + i] = static_cast<uint8_t>(checksum >> (24 - 8 * i));
    }
    at += 12 + length;
  }
}

}  // namespace rdm::fuzz
