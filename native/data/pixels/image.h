// Eight-bit RGB pixels, interleaved, rows without padding.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/product.h"

namespace rdm {

struct Extent {
  int64_t width = 0, height = 0;
};

// A view of pixels that another object owns: (height, width, 3), `stride` bytes from one row to the
// next.
struct Pixels {
  const uint8_t* data = nullptr;
  int64_t width = 0, height = 0;
  int64_t stride = 0;

  const uint8_t* row(int64_t y) const { return data + y * stride; }
};

// A view of the values of one colour. Each value stands for across × down pixels of the image, the
// first one for those in the image's corner. Readers may read up to 64 bytes past the last value.
struct Channel {
  const uint8_t* data = nullptr;
  int64_t stride = 0;  // bytes
  double across = 1, down = 1;
};

// A decoded image of the size `extent`: either RGB pixels or, where `channels` is not empty, the
// channels Y, Cb and Cr, or Y alone. RGB pixels may be at 1/reduction of the size: pixel (x, y)
// stands for the square of reduction × reduction pixels whose corner is (x, y) · reduction.
struct Decoded {
  Pixels pixels;
  Extent extent{};
  int64_t reduction = 1;
  std::span<const Channel> channels{};
};

// Owns its pixels. One object serves image after image, so that its memory is reused.
class Image {
 public:
  Image() = default;
  Image(int64_t width, int64_t height) { resize(width, height); }

  // Contents are undefined afterwards. Memory only grows.
  void resize(int64_t width, int64_t height) {
    const auto bytes = static_cast<size_t>(product(width, height, int64_t{3}));
    if (bytes > bytes_.size()) bytes_.resize(bytes);
    width_ = width;
    height_ = height;
  }

  int64_t width() const { return width_; }
  int64_t height() const { return height_; }
  int64_t bytes() const { return width_ * height_ * 3; }
  uint8_t* data() { return bytes_.data(); }
  const uint8_t* data() const { return bytes_.data(); }
  uint8_t* row(int64_t y) { return bytes_.data() + y * width_ * 3; }
  const uint8_t* row(int64_t y) const { return bytes_.data() + y * width_ * 3; }
  Pixels pixels() const { return {bytes_.data(), width_, height_, width_ * 3}; }

 private:
  int64_t width_ = 0, height_ = 0;
  std::vector<uint8_t> bytes_;
};

}  // namespace rdm
