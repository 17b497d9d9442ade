// The formats other than JPEG and PNG, a file each. WebP and TIFF need their libraries at build
// time.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "data/pixels/image.h"

namespace rdm {

// A format whose decoder keeps nothing from image to image. Errors are std::runtime_error and say
// what is wrong.
struct Format {
  const char* name;
  bool (*matches)(std::span<const uint8_t> file);  // by the first bytes
  Extent (*open)(std::span<const uint8_t> file);   // reads the header; sides are at least 1
  void (*decode)(std::span<const uint8_t> file, Image& out);
};

extern const Format kPnm, kBmp, kWebp, kTiff;

// The format of the file; nullptr if it is none that rdm can read.
const Format* find_format(std::span<const uint8_t> file);

// Why a file is not decoded: its format is known but not supported, or not known.
std::string unknown_format(std::span<const uint8_t> file);

bool begins_with(std::span<const uint8_t> file, std::string_view magic, size_t at = 0);

}  // namespace rdm
