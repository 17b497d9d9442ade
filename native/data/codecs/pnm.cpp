// Binary PPM and PGM with up to 8 bits a value. The header is text: P6 width height most.
#include <cmath>
#include <stdexcept>

#include "data/codecs/formats.h"

namespace rdm {
namespace {

struct Header {
  int64_t width = 0, height = 0, most = 0;
  bool colour = false;
  size_t pixels = 0;  // where they begin
};

bool is_space(uint8_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

int64_t read_number(std::span<const uint8_t> file, size_t& at) {
  while (at < file.size() && (is_space(file[at]) || file[at] == '#')) {
    if (file[at] == '#') {
      while (at < file.size() && file[at] != '\n') ++at;
    } else {
      ++at;
    }
  }
  int64_t number = 0;
  const size_t begin = at;
  for (; at < file.size() && file[at] >= '0' && file[at] <= '9' && at - begin < 10; ++at) {
    number = number * 10 + (file[at] - '0');
  }
  if (at == begin || number == 0) throw std::runtime_error("the file is damaged (its header)");
  return number;
}

Header read_header(std::span<const uint8_t> file) {
  Header header;
  header.colour = file[1] == '6';
  size_t at = 2;
  header.width = read_number(file, at);
  header.height = read_number(file, at);
  header.most = read_number(file, at);
  header.pixels = at + 1;
  if (header.width > INT32_MAX || header.height > INT32_MAX || header.most > 65535) {
    throw std::runtime_error("the file is damaged (its header)");
  }
  if (header.most > 255)
    throw std::runtime_error("a PNM image with 16 bits a value, which is not supported");
  return header;
}

bool matches(std::span<const uint8_t> file) {
  return (begins_with(file, "P5") || begins_with(file, "P6")) && file.size() > 2 &&
         is_space(file[2]);
}

Extent open(std::span<const uint8_t> file) {
  const Header header = read_header(file);
  return {header.width, header.height};
}

void decode(std::span<const uint8_t> file, Image& out) {
  const Header header = read_header(file);
  const int64_t count = product(header.width, header.height);
  const int64_t bytes = product(count, int64_t{header.colour ? 3 : 1});
  if (static_cast<int64_t>(file.size() - std::min(file.size(), header.pixels)) < bytes) {
    throw std::runtime_error("the file is truncated");
  }
  uint8_t scaled[256];
  for (int v = 0; v < 256; ++v) {
    scaled[v] = static_cast<uint8_t>(
        std::min(std::nearbyint(v / static_cast<double>(header.most) * 255), 255.0));
  }
  out.resize(header.width, header.height);
  const uint8_t* from = file.data() + header.pixels;
  for (int64_t i = 0; i < count * 3; ++i) out.data()[i] = scaled[from[header.colour ? i : i / 3]];
}

}  // namespace

const Format kPnm{"PNM", matches, open, decode};

}  // namespace rdm
