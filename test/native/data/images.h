// Reads and compares images.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

#include "data/codecs/codec.h"
#include "data/pixels/planes.h"

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

// Reads every value of the box, so that a sanitizer sees them.
inline int64_t sum(const Decoded& image, const Box& box) {
  int64_t total = 0;
  const auto add = [&](const uint8_t* data, int64_t stride, double across, double down, int step) {
    const auto from = [](int64_t place, double pixels) {
      return static_cast<int64_t>(static_cast<double>(place) / pixels);
    };
    for (int64_t y = from(box.top, down); static_cast<double>(y) * down < box.top + box.height;
         ++y) {
      for (int64_t x = from(box.left, across);
           static_cast<double>(x) * across < box.left + box.width; ++x) {
        for (int k = 0; k < step; ++k) total += data[y * stride + x * step + k];
      }
    }
  };
  for (const Channel& channel : image.channels) {
    add(channel.data, channel.stride, channel.across, channel.down, 1);
  }
  if (image.channels.empty()) {
    const auto reduction = static_cast<double>(image.reduction);
    add(image.pixels.data, image.pixels.stride, reduction, reduction, 3);
  }
  return total;
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
