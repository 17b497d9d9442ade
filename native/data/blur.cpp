#include "data/blur.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/vectorise.h"

namespace rdm {
namespace {

constexpr int kPasses = 3;

// A box of 2 · radius + 1 whole values and a fraction of one more on either side, in 24-bit fixed
// point: inner · whole values + edge · the two outermost.
struct BoxKernel {
  int64_t radius;
  uint32_t inner, edge;
};

BoxKernel box_kernel(float sigma) {
  // The length of the box whose variance, after all passes, is sigma²; equations 7, 11 and 14.
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

RDM_INLINE uint8_t weigh(uint32_t inside, uint32_t outside, const BoxKernel& kernel) {
  return static_cast<uint8_t>((inside * kernel.inner + outside * kernel.edge + (1u << 23)) >> 24);
}

// `from` has margins of radius + 1 values on both sides.
RDM_VECTORISED void blur_line(const uint8_t* __restrict from, uint8_t* __restrict to, int64_t count,
                              BoxKernel kernel) {
  const int64_t r = kernel.radius;
  if (r == 0) {
    for (int64_t x = 0; x < count; ++x) to[x] = weigh(from[x], from[x - 1] + from[x + 1], kernel);
  } else if (r == 1) {
    for (int64_t x = 0; x < count; ++x) {
      to[x] = weigh(from[x - 1] + from[x] + from[x + 1], from[x - 2] + from[x + 2], kernel);
    }
  } else {
    uint32_t sum = 0;
    for (int64_t k = -r - 1; k < r; ++k) sum += from[k];  // the window about -1
    for (int64_t x = 0; x < count; ++x) {
      sum += from[x + r] - from[x - r - 1];
      to[x] = weigh(sum, from[x - r - 1] + from[x + r + 1], kernel);
    }
  }
}

// One row of the vertical blur, from the sums of the columns' windows and the rows just outside.
RDM_VECTORISED void blur_columns(uint32_t* __restrict sums, const uint8_t* __restrict leaving,
                                 const uint8_t* __restrict entering,
                                 const uint8_t* __restrict below, uint8_t* __restrict to,
                                 int64_t count, BoxKernel kernel) {
  for (int64_t x = 0; x < count; ++x) {
    sums[x] += entering[x] - leaving[x];
    to[x] = weigh(sums[x], leaving[x] + below[x], kernel);
  }
}

void horizontal(Planes& image, const BoxKernel& kernel, uint8_t* scratch) {
  const int64_t width = image.width(), margin = kernel.radius + 1;
  uint8_t* line = scratch + margin;
  for (int colour = 0; colour < 3; ++colour) {
    for (int64_t y = 0; y < image.height(); ++y) {
      uint8_t* values = image.row(colour, y);
      for (int pass = 0; pass < kPasses; ++pass) {
        std::memset(line - margin, values[0], margin);
        std::memcpy(line, values, width);
        std::memset(line + width, values[width - 1], margin);
        blur_line(line, values, width, kernel);
      }
    }
  }
}

void vertical(Planes& image, const BoxKernel& kernel, uint8_t* scratch) {
  const int64_t height = image.height(), stride = image.stride(), r = kernel.radius;
  uint8_t* copy = scratch;
  auto* sums = reinterpret_cast<uint32_t*>(scratch + image.values());
  const auto row = [&](int64_t y) { return copy + std::clamp<int64_t>(y, 0, height - 1) * stride; };
  for (int colour = 0; colour < 3; ++colour) {
    for (int pass = 0; pass < kPasses; ++pass) {
      std::memcpy(copy, image.plane(colour), image.values());
      std::fill_n(sums, stride, 0);
      for (int64_t k = -r - 1; k < r; ++k) {
        for (int64_t x = 0; x < stride; ++x) sums[x] += row(k)[x];
      }
      for (int64_t y = 0; y < height; ++y) {
        blur_columns(sums, row(y - r - 1), row(y + r), row(y + r + 1), image.row(colour, y), stride,
                     kernel);
      }
    }
  }
}

}  // namespace

void gaussian_blur(Planes& image, float radius, std::vector<uint8_t>& scratch) {
  const BoxKernel kernel = box_kernel(radius);
  const int64_t line = image.width() + 2 * (kernel.radius + 1);
  const int64_t columns = image.values() + image.stride() * static_cast<int64_t>(sizeof(uint32_t));
  const auto needed = static_cast<size_t>(std::max(line, columns));
  if (scratch.size() < needed) scratch.resize(needed);
  horizontal(image, kernel, scratch.data());
  vertical(image, kernel, scratch.data());
}

}  // namespace rdm
