// Images for the tests: reading them, and comparing.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "data/codec.h"
#include "data/planes.h"

namespace rdm::test {

inline Image read_image(const std::string& path) {
  Decoder decoder(1'000'000'000);
  const Extent extent = decoder.open(path);
  const Pixels pixels = decoder.decode({0, 0, extent.width, extent.height}).pixels;
  Image image(pixels.width, pixels.height);
  std::copy_n(pixels.data, image.bytes(), image.data());
  return image;
}

inline Image read_ppm(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string magic;
  int64_t width = 0, height = 0, most = 0;
  in >> magic >> width >> height >> most;
  if (magic != "P6") throw std::runtime_error("not a PPM: " + path);
  in.get();
  Image image(width, height);
  in.read(reinterpret_cast<char*>(image.data()), image.bytes());
  if (!in) throw std::runtime_error("a short PPM: " + path);
  return image;
}

inline Planes to_planes(const Image& image) {
  Planes planes;
  planes.resize(image.width(), image.height());
  for (int64_t y = 0; y < image.height(); ++y) {
    for (int64_t i = 0; i < image.width() * 3; ++i) planes.row(i % 3, y)[i / 3] = image.row(y)[i];
  }
  return planes;
}

struct Difference {
  int most = 0;
  double mean = 0;
};

inline Difference compare(const Planes& a, const Image& b) {
  if (a.width() != b.width() || a.height() != b.height()) return {256, 256};
  Difference out;
  for (int64_t y = 0; y < b.height(); ++y) {
    for (int64_t i = 0; i < b.width() * 3; ++i) {
      const int difference = std::abs(a.row(i % 3, y)[i / 3] - b.row(y)[i]);
      out.most = std::max(out.most, difference);
      out.mean += difference;
    }
  }
  out.mean /= static_cast<double>(b.bytes());
  return out;
}

}  // namespace rdm::test
