#include "data/pixels/color.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/vectorise.h"

// This file is compiled with -ffp-contract=off, as Pillow rounds each product and each sum.

namespace rdm {
namespace {

// ITU-R 601-2 luma in 16-bit fixed point.
RDM_INLINE uint32_t luma(uint32_t r, uint32_t g, uint32_t b) {
  return (r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16;
}

// Rounds down a number with six bits below the point, and limits it to a byte.
RDM_INLINE uint8_t to_byte(int16_t value) {
  const auto whole = static_cast<int16_t>(value >> 6);
  return static_cast<uint8_t>(std::min<int16_t>(std::max<int16_t>(whole, 0), 255));
}

// The product of a byte and a weight with 14 bits below the point; it has six.
RDM_INLINE int weigh(uint8_t value, uint16_t weight) {
  return static_cast<uint16_t>(((value << 8) * uint32_t{weight}) >> 16);
}

// ITU-T T.871, clause 7, in 16 bits: R = Y + 1.402 (Cr - 128) and so on. Chroma is weighed as it
// is, from 0 to 255, so that products are unsigned; then the weight of 128 is taken away.
RDM_VECTORISED void from_ycc(uint8_t* __restrict first, uint8_t* __restrict second,
                             uint8_t* __restrict third, int64_t count) {
  constexpr auto bits14 = [](double value) { return static_cast<uint16_t>(value * 16384 + 0.5); };
  constexpr uint16_t kRed = bits14(1.402), kGreenBlue = bits14(0.344136),
                     kGreenRed = bits14(0.714136), kBlue = bits14(1.772);
  constexpr int kGrey = 128;
  for (int64_t i = 0; i < count; ++i) {
    const int y = (first[i] << 6) + 32;
    const uint8_t cb = second[i], cr = third[i];
    first[i] = to_byte(static_cast<int16_t>(y + weigh(cr, kRed) - weigh(kGrey, kRed)));
    second[i] = to_byte(static_cast<int16_t>(y - weigh(cb, kGreenBlue) - weigh(cr, kGreenRed) +
                                             weigh(kGrey, kGreenBlue) + weigh(kGrey, kGreenRed)));
    third[i] = to_byte(static_cast<int16_t>(y + weigh(cb, kBlue) - weigh(kGrey, kBlue)));
  }
}

// A larger factor makes every value black or white as well, but its products overflow an int.
constexpr float kMostFactor = 1 << 20;

// Goes from `base` towards `value`, or past it, and truncates as a C cast does.
RDM_INLINE uint8_t blend(int base, int value, float factor) {
  const float mixed = static_cast<float>(base) + factor * static_cast<float>(value - base);
  return static_cast<uint8_t>(std::clamp(static_cast<int>(mixed), 0, 255));
}

RDM_VECTORISED void blend_with(uint8_t* values, int64_t count, int base, float factor) {
  for (int64_t i = 0; i < count; ++i) values[i] = blend(base, values[i], factor);
}

RDM_VECTORISED uint64_t luma_sum(const uint8_t* r, const uint8_t* g, const uint8_t* b,
                                 int64_t count) {
  uint32_t sum = 0;  // of one row of a view, which has far fewer than 2^24 values
  for (int64_t i = 0; i < count; ++i) sum += luma(r[i], g[i], b[i]);
  return sum;
}

RDM_VECTORISED void saturate(uint8_t* __restrict r, uint8_t* __restrict g, uint8_t* __restrict b,
                             int64_t count, float factor) {
  for (int64_t i = 0; i < count; ++i) {
    const int grey = static_cast<int>(luma(r[i], g[i], b[i]));
    r[i] = blend(grey, r[i], factor);
    g[i] = blend(grey, g[i], factor);
    b[i] = blend(grey, b[i], factor);
  }
}

RDM_VECTORISED void to_luma(uint8_t* __restrict r, uint8_t* __restrict g, uint8_t* __restrict b,
                            int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    const auto grey = static_cast<uint8_t>(luma(r[i], g[i], b[i]));
    r[i] = g[i] = b[i] = grey;
  }
}

RDM_VECTORISED void invert_from(uint8_t* values, int64_t count, int threshold) {
  for (int64_t i = 0; i < count; ++i) {
    values[i] = values[i] < threshold ? values[i] : static_cast<uint8_t>(255 - values[i]);
  }
}

// All ones where the condition holds, else 0. Selections are arithmetic, because a loop with
// branches is not vectorised.
RDM_INLINE int mask(bool condition) {
  return -static_cast<int>(condition);
}
RDM_INLINE int select(int mask, int a, int b) {
  return b ^ ((a ^ b) & mask);
}

// Converts to HSV in bytes and back, as Pillow's Image.convert does: Python's colorsys, truncated
// on the way in and rounded on the way out. The formulas are rearranged for vectors and in single
// precision; a test compares every colour.
RDM_VECTORISED void rotate_hue(uint8_t* __restrict red, uint8_t* __restrict green,
                               uint8_t* __restrict blue, int64_t count, int shift) {
  for (int64_t i = 0; i < count; ++i) {
    const int r = red[i], g = green[i], b = blue[i];
    const int high = std::max(r, std::max(g, b)), low = std::min(r, std::min(g, b));
    const int middle = r + g + b - high - low, span = high - low;
    // The hue in sixths of the circle, measured on or back from the nearest mixture of two
    // primaries by how far the middle value is below the highest:
    //
    //     -1      0     1      2      3     4      5
    //   magenta  red  yellow  green  cyan  blue  magenta
    //
    // The highest value names the primary, and `on` (a mask) says on which side of it the hue lies.
    const int is_red = mask(r == high), is_green = mask(g == high);
    const int on = mask(select(is_red | is_green, b, r) == low);
    const int corner = select(is_red, -1 - 2 * on, select(is_green, 3, 5) + 2 * on);
    const int share = select(is_red ^ on, high - middle, middle - high);
    const float sixths = static_cast<float>(corner) +
                         static_cast<float>(share) / static_cast<float>(std::max(span, 1));
    const float turn = sixths / 6.0f;
    int h = static_cast<int>((turn < 0 ? turn + 1 : turn) * 255.0f);
    const auto s =
        static_cast<int>(static_cast<float>(span * 255) / static_cast<float>(std::max(high, 1)));

    h = (h + shift) & 255;                    // a byte, which wraps round
    const int sextant = (h * 2 * 772) >> 16;  // ⌊h · 6 / 255⌋
    const float f = static_cast<float>(h * 2 - sextant * 85) * (1 / 85.0f);
    const float vs = static_cast<float>(high * s) * (1 / 255.0f);
    const float v = static_cast<float>(high) + 0.5f;
    const int p = static_cast<int>(v - vs);
    const int q = static_cast<int>(v - vs * f);
    const int t = static_cast<int>(v - (vs - vs * f));
    const int k0 = mask(sextant == 0) | mask(sextant == 6), k1 = mask(sextant == 1);
    const int k2 = mask(sextant == 2), k3 = mask(sextant == 3);
    const int k4 = mask(sextant == 4), k5 = mask(sextant == 5);
    red[i] = static_cast<uint8_t>(select(k0 | k5, high, select(k1, q, select(k4, t, p))));
    green[i] = static_cast<uint8_t>(select(k1 | k2, high, select(k0, t, select(k3, q, p))));
    blue[i] = static_cast<uint8_t>(select(k3 | k4, high, select(k2, t, select(k5, q, p))));
  }
}

}  // namespace

void ycc_to_rgb(Planes& image) {
  from_ycc(image.plane(0), image.plane(1), image.plane(2), image.values());
}

void adjust_brightness(Planes& image, float factor) {
  factor = std::min(factor, kMostFactor);
  blend_with(image.plane(0), 3 * image.values(), 0, factor);
}

void adjust_contrast(Planes& image, float factor) {
  factor = std::min(factor, kMostFactor);
  uint64_t sum = 0;
  for (int64_t y = 0; y < image.height(); ++y) {
    sum += luma_sum(image.row(0, y), image.row(1, y), image.row(2, y), image.width());
  }
  const auto pixels = static_cast<double>(image.width() * image.height());
  const int mean = static_cast<int>(static_cast<double>(sum) / pixels + 0.5);
  blend_with(image.plane(0), 3 * image.values(), mean, factor);
}

void adjust_saturation(Planes& image, float factor) {
  factor = std::min(factor, kMostFactor);
  saturate(image.plane(0), image.plane(1), image.plane(2), image.values(), factor);
}

void adjust_hue(Planes& image, double shift) {
  // Truncated towards zero, then wrapped to a byte, as numpy's conversion to uint8 does.
  const int bytes = static_cast<int>(shift * 255.0) & 255;
  rotate_hue(image.plane(0), image.plane(1), image.plane(2), image.values(), bytes);
}

void grayscale(Planes& image) {
  to_luma(image.plane(0), image.plane(1), image.plane(2), image.values());
}

void solarize(Planes& image, int threshold) {
  invert_from(image.plane(0), 3 * image.values(), threshold);
}

void equalize(Planes& image) {
  for (int colour = 0; colour < 3; ++colour) {
    std::array<int64_t, 256> histogram{};
    for (int64_t y = 0; y < image.height(); ++y) {
      const uint8_t* row = image.row(colour, y);
      for (int64_t x = 0; x < image.width(); ++x) ++histogram[row[x]];
    }
    int brightest = 255;
    while (brightest > 0 && histogram[brightest] == 0) --brightest;
    const int64_t pixels = image.width() * image.height();
    const int64_t step = (pixels - histogram[brightest]) / 255;
    if (step == 0) continue;  // one value only, or too few pixels: Pillow leaves the plane alone
    std::array<uint8_t, 256> table;
    int64_t below = step / 2;
    for (int v = 0; v < 256; ++v) {
      table[v] = static_cast<uint8_t>(std::min<int64_t>(below / step, 255));
      below += histogram[v];
    }
    uint8_t* plane = image.plane(colour);
    for (int64_t i = 0; i < image.values(); ++i) plane[i] = table[plane[i]];
  }
}

}  // namespace rdm
