// An eight-bit RGB image as three planes. A row of one colour lies in one piece, so vector
// instructions load it as it is.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/product.h"

namespace rdm {

class Planes {
 public:
  // Contents are undefined afterwards. Memory only grows.
  void resize(int64_t width, int64_t height) {
    const int64_t stride = (width + kPadding - 1) / kPadding * kPadding;
    const int64_t values = product(stride, (height + kRows - 1) / kRows * kRows);
    const auto bytes = static_cast<size_t>(product(values, int64_t{3}));
    if (bytes > bytes_.size()) bytes_.resize(bytes);
    width_ = width;
    height_ = height;
    stride_ = stride;
    values_ = values;
  }

  int64_t width() const { return width_; }
  int64_t height() const { return height_; }
  int64_t stride() const { return stride_; }  // bytes from one row to the next
  int64_t values() const { return values_; }  // bytes of one plane, padding included

  uint8_t* plane(int colour) { return bytes_.data() + colour * values(); }
  const uint8_t* plane(int colour) const { return bytes_.data() + colour * values(); }
  uint8_t* row(int colour, int64_t y) { return plane(colour) + y * stride_; }
  const uint8_t* row(int colour, int64_t y) const { return plane(colour) + y * stride_; }

 private:
  // Rows may be written in whole vectors, and sixteen rows at a time.
  static constexpr int64_t kPadding = 64, kRows = 16;

  int64_t width_ = 0, height_ = 0, stride_ = 0, values_ = 0;
  std::vector<uint8_t> bytes_;
};

}  // namespace rdm
