#include "data/pixels/blur.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/vectorise.h"

namespace rdm {
namespace {

constexpr int kPasses = 3;

// An extended box: 2 · radius + 1 values of the weight `inner`, and one more on either side of the
// smaller weight `edge`, so that the box can have any variance. Weights have 24 bits below the
// point and add up to 1.
//
//          ┌───────────────┐ inner
//     edge │               │ edge        radius = 2
//      ┌───┤               ├───┐
//     -3  -2  -1   0   1   2   3
struct BoxKernel {
  int64_t radius;
  uint32_t inner, edge;
};

BoxKernel box_kernel(float sigma) {
  // The length of the box whose variance is sigma² after all passes: equations 7, 11 and 14.
  const float variance = sigma * sigma / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * variance + 1.0));
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));
  float fraction = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
  fraction /= 6 * (variance - (whole + 1) * (whole + 1));
  const float radius = whole + fraction;

  BoxKernel kernel;
  kernel.radius = static_cast<int64_t>(radius);
  kernel.inner = static_cast<uint32_t>(static_cast<float>(1 << 24) / (radius * 2 + 1));
  const auto count = static_cast<uint32_t>(kernel.radius * 2 + 1);
  kernel.edge = ((1u << 24) - count * kernel.inner) / 2;
  return kernel;
}

// The weighted sum of the values inside the box and of the two at its edges, rounded.
RDM_INLINE uint8_t weigh(uint32_t inside, uint32_t outside, const BoxKernel& kernel) {
  return static_cast<uint8_t>((inside * kernel.inner + outside * kernel.edge + (1u << 23)) >> 24);
}

// One pass over `count` values. The neighbours of a value lie `step` values before and after it: 1
// along a row, the length of a row along a column. Radii 0 and 1, the usual ones, have loops
// without an inner loop.
RDM_VECTORISED void blur_pass(const uint8_t* __restrict from, uint8_t* __restrict to, int64_t count,
                              int64_t step, BoxKernel kernel) {
  const int64_t r = kernel.radius;
  if (r == 0) {
    for (int64_t i = 0; i < count; ++i) {
      to[i] = weigh(from[i], from[i - step] + from[i + step], kernel);
    }
  } else if (r == 1) {
    for (int64_t i = 0; i < count; ++i) {
      to[i] = weigh(from[i - step] + from[i] + from[i + step],
                    from[i - 2 * step] + from[i + 2 * step], kernel);
    }
  } else {
    constexpr int64_t kLanes = 64;
    for (int64_t begin = 0; begin < count; begin += kLanes) {
      const int64_t lanes = std::min(kLanes, count - begin);
      uint32_t sums[kLanes] = {};
      for (int64_t k = -r; k <= r; ++k) {
        for (int64_t i = 0; i < lanes; ++i) sums[i] += from[begin + i + k * step];
      }
      const uint8_t *before = from + begin - (r + 1) * step, *after = from + begin + (r + 1) * step;
      for (int64_t i = 0; i < lanes; ++i)
        to[begin + i] = weigh(sums[i], before[i] + after[i], kernel);
    }
  }
}

// The layout of a plane with margins that repeat the values at its border. A pass treats the whole
// plane as one line of `count` values from `begin` on. It spoils the margins on the sides, which is
// why they are filled again before each pass.
//
//            ┌──────┬─────────┬──────┐  `margin` rows
//   begin ─► ├──────┼─────────┼──────┤
//            │ side │  image  │ side │  `height` rows of `stride` bytes
//            ├──────┼─────────┼──────┤
//            └──────┴─────────┴──────┘  `margin` rows
class Framed {
 public:
  Framed(int64_t width, int64_t height, int64_t margin)
      : width_(width),
        height_(height),
        margin_(margin),
        side_((margin + kTogether - 1) / kTogether * kTogether),
        stride_(width + 2 * side_) {}

  int64_t bytes() const { return stride_ * (height_ + 2 * margin_); }
  int64_t begin() const { return margin_ * stride_; }  // of the plane's first row
  int64_t count() const { return height_ * stride_; }
  int64_t stride() const { return stride_; }
  int64_t place(int64_t y) const { return begin() + y * stride_ + side_; }

  void extend_rows(uint8_t* plane) const {
    for (int64_t y = 0; y < height_; ++y) {
      uint8_t *row = plane + place(y), *end = row + width_;
      for (int64_t k = 0; k < side_; k += kTogether) {
        std::memset(row - side_ + k, row[0], kTogether);
        std::memset(end + k, end[-1], kTogether);
      }
    }
  }
  void extend_columns(uint8_t* plane) const {
    const uint8_t *first = plane + begin(), *last = first + count() - stride_;
    for (int64_t k = 0; k < margin_; ++k) {
      std::memcpy(plane + k * stride_, first, stride_);
      std::memcpy(plane + begin() + count() + k * stride_, last, stride_);
    }
  }

 private:
  static constexpr int64_t kTogether = 8;  // values that one store writes

  int64_t width_, height_, margin_, side_, stride_;
};

}  // namespace

void gaussian_blur(Planes& image, float radius, std::vector<uint8_t>& scratch) {
  const BoxKernel kernel = box_kernel(radius);
  const Framed frame(image.width(), image.height(), kernel.radius + 1);
  scratch.resize(std::max<size_t>(scratch.size(), 2 * frame.bytes()));
  for (int colour = 0; colour < 3; ++colour) {
    uint8_t *from = scratch.data(), *to = from + frame.bytes();
    for (int64_t y = 0; y < image.height(); ++y) {
      std::memcpy(from + frame.place(y), image.row(colour, y), image.width());
    }
    for (int pass = 0; pass < 2 * kPasses; ++pass) {
      const bool across = pass < kPasses;
      across ? frame.extend_rows(from) : frame.extend_columns(from);
      blur_pass(from + frame.begin(), to + frame.begin(), frame.count(),
                across ? 1 : frame.stride(), kernel);
      std::swap(from, to);
    }
    for (int64_t y = 0; y < image.height(); ++y) {
      std::memcpy(image.row(colour, y), from + frame.place(y), image.width());
    }
  }
}

}  // namespace rdm
