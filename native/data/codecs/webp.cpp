// WebP through libwebp, if it was there at build time. Alpha is dropped.
#ifdef RDM_WITH_WEBP
#include <webp/decode.h>

#include <stdexcept>

#include "data/codecs/formats.h"

namespace rdm {
namespace {

bool matches(std::span<const uint8_t> file) {
  return begins_with(file, "RIFF") && begins_with(file, "WEBP", 8);
}

Extent open(std::span<const uint8_t> file) {
  int width = 0, height = 0;
  if (!WebPGetInfo(file.data(), file.size(), &width, &height)) {
    throw std::runtime_error("the file is damaged (its header)");
  }
  return {width, height};
}

void decode(std::span<const uint8_t> file, Image& out) {
  const Extent extent = open(file);
  out.resize(extent.width, extent.height);
  if (!WebPDecodeRGBInto(file.data(), file.size(), out.data(), static_cast<size_t>(out.bytes()),
                         static_cast<int>(extent.width * 3))) {
    throw std::runtime_error("the file is truncated or damaged");
  }
}

}  // namespace

const Format kWebp{"WebP", matches, open, decode};

}  // namespace rdm
#endif
