#include "data/codecs/formats.h"

#include <array>
#include <cstring>

namespace rdm {
namespace {

struct Unsupported {
  size_t at;
  std::string_view magic;
  const char* reason;
};

using namespace std::string_view_literals;

constexpr std::array kUnsupported{
    Unsupported{0, "GIF8"sv, "a GIF image, a format that is not supported"},
    Unsupported{8, "WEBP"sv, "a WebP image, and rdm was built without libwebp"},
    Unsupported{0, "II*\0"sv, "a TIFF image, and rdm was built without libtiff"},
    Unsupported{0, "MM\0*"sv, "a TIFF image, and rdm was built without libtiff"},
    Unsupported{4, "ftyp"sv, "an AVIF or HEIC image, a format that is not supported"},
    Unsupported{4, "jP  "sv, "a JPEG 2000 image, a format that is not supported"},
};

}  // namespace

bool begins_with(std::span<const uint8_t> file, std::string_view magic, size_t at) {
  return file.size() >= at + magic.size() &&
         std::memcmp(file.data() + at, magic.data(), magic.size()) == 0;
}

const Format* find_format(std::span<const uint8_t> file) {
  constexpr std::array kFormats{
      &kPnm,
      &kBmp,
#ifdef RDM_WITH_WEBP
      &kWebp,
#endif
#ifdef RDM_WITH_TIFF
      &kTiff,
#endif
  };
  for (const Format* format : kFormats) {
    if (format->matches(file)) return format;
  }
  return nullptr;
}

std::string unknown_format(std::span<const uint8_t> file) {
  for (const auto& format : kUnsupported) {
    if (begins_with(file, format.magic, format.at)) return format.reason;
  }
  return "not an image of a known format";
}

}  // namespace rdm
