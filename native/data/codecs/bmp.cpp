// Uncompressed BMP: palettes of 1, 4 and 8 bits, 24 and 32 bits a pixel.
#include <array>
#include <cstdlib>
#include <stdexcept>

#include "data/codecs/formats.h"

namespace rdm {
namespace {

struct Header {
  int64_t width = 0, height = 0, bits = 0;
  bool from_top = false;
  size_t pixels = 0, palette = 0;  // where they begin
  size_t colours = 0;              // in the palette
};

uint32_t number(std::span<const uint8_t> file, size_t at, int bytes) {
  if (at + static_cast<size_t>(bytes) > file.size())
    throw std::runtime_error("the file is truncated");
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= static_cast<uint32_t>(file[at + i]) << (8 * i);
  return value;
}

Header read_header(std::span<const uint8_t> file) {
  const uint32_t size = number(file, 14, 4);
  if (size < 40 || size > 200)
    throw std::runtime_error("a BMP image of a kind that is not supported");
  Header header;
  header.width = static_cast<int32_t>(number(file, 18, 4));
  const int64_t height = static_cast<int32_t>(number(file, 22, 4));
  header.height = std::abs(height);
  header.from_top = height < 0;
  header.bits = number(file, 28, 2);
  if (header.width <= 0 || header.height == 0)
    throw std::runtime_error("the file is damaged (its header)");
  const uint32_t compression = number(file, 30, 4);
  // Compression 3 means masks; these are the masks of the usual order blue, green, red, unused.
  const bool usual_masks = compression == 3 && header.bits == 32 &&
                           number(file, 54, 4) == 0xFF0000 && number(file, 58, 4) == 0xFF00 &&
                           number(file, 62, 4) == 0xFF;
  const int64_t bits = header.bits;
  const bool known = bits == 1 || bits == 4 || bits == 8 || bits == 24 || bits == 32;
  if (!known || (compression != 0 && !usual_masks)) {
    throw std::runtime_error("a BMP image of a kind that is not supported");
  }
  header.pixels = number(file, 10, 4);
  header.palette = 14 + size;
  header.colours = number(file, 46, 4);
  if (header.colours == 0 || header.colours > 256)
    header.colours = size_t{1} << std::min<int64_t>(bits, 8);
  return header;
}

bool matches(std::span<const uint8_t> file) {
  return begins_with(file, "BM") && file.size() > 26;
}

Extent open(std::span<const uint8_t> file) {
  const Header header = read_header(file);
  return {header.width, header.height};
}

void decode(std::span<const uint8_t> file, Image& out) {
  const Header header = read_header(file);
  const int64_t stride = (header.width * header.bits + 31) / 32 * 4;
  if (header.pixels > file.size() ||
      static_cast<int64_t>(file.size() - header.pixels) < product(stride, header.height)) {
    throw std::runtime_error("the file is truncated");
  }
  std::array<uint8_t, 256 * 3> palette{};
  if (header.bits <= 8) {
    for (size_t i = 0; i < header.colours; ++i) {
      const uint32_t colour = number(file, header.palette + i * 4, 4);
      for (int c = 0; c < 3; ++c) palette[i * 3 + c] = static_cast<uint8_t>(colour >> (16 - 8 * c));
    }
  }
  out.resize(header.width, header.height);
  for (int64_t y = 0; y < header.height; ++y) {
    const uint8_t* from =
        file.data() + header.pixels + (header.from_top ? y : header.height - 1 - y) * stride;
    uint8_t* to = out.row(y);
    for (int64_t x = 0; x < header.width; ++x, to += 3) {
      if (header.bits >= 24) {
        const uint8_t* pixel = from + x * header.bits / 8;
        for (int c = 0; c < 3; ++c) to[c] = pixel[2 - c];
      } else {
        const int64_t bit = x * header.bits;
        const int shift = static_cast<int>(8 - header.bits - bit % 8);
        const int index = (from[bit / 8] >> shift) & ((1 << header.bits) - 1);
        for (int c = 0; c < 3; ++c) to[c] = palette[index * 3 + c];
      }
    }
  }
}

}  // namespace

const Format kBmp{"BMP", matches, open, decode};

}  // namespace rdm
