// Colour operations where all inputs can be tried, against Pillow's definitions written out
// plainly.
#include "data/pixels/color.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

using namespace rdm;

namespace {

using Triple = std::array<int, 3>;

// Pillow's conversions: those of Python's colorsys in single precision, but sums are of doubles.
Triple rgb_to_hsv(const Triple& c) {
  const int high = *std::max_element(c.begin(), c.end()),
            low = *std::min_element(c.begin(), c.end());
  if (high == low) return {0, 0, high};
  const auto span = static_cast<float>(high - low);
  const auto part = [&](int i) { return static_cast<float>(high - c[i]) / span; };
  const float rc = part(0), gc = part(1), bc = part(2);
  float h;
  if (c[0] == high)
    h = bc - gc;
  else if (c[1] == high)
    h = static_cast<float>(2.0 + rc - bc);
  else
    h = static_cast<float>(4.0 + gc - rc);
  h = static_cast<float>(std::fmod(h / 6.0 + 1.0, 1.0));
  const float s = span / static_cast<float>(high);
  return {static_cast<int>(h * 255.0), static_cast<int>(s * 255.0), high};
}

Triple hsv_to_rgb(const Triple& c) {
  const auto [h, s, v] = c;
  if (s == 0) return {v, v, v};
  const int sextant = static_cast<int>(std::floor(static_cast<float>(h) * 6.0 / 255.0));
  const auto f = static_cast<float>(static_cast<float>(h) * 6.0 / 255.0 - sextant);
  const auto fs = static_cast<float>(s / 255.0);
  const auto scaled = [v = v](double share) { return static_cast<int>(std::round(v * share)); };
  const int p = scaled(1.0 - fs), q = scaled(1.0 - fs * f), t = scaled(1.0 - fs * (1.0 - f));
  switch (sextant % 6) {
    case 0: return {v, t, p};
    case 1: return {q, v, p};
    case 2: return {p, v, t};
    case 3: return {p, q, v};
    case 4: return {t, p, v};
    default: return {v, p, q};
  }
}

}  // namespace

TEST_CASE("hue: every one of the 16.7 million colours, against Pillow's definition") {
  Planes image;
  image.resize(256, 256);
  int64_t wrong = 0;
  for (int r = 0; r < 256; ++r) {
    for (int g = 0; g < 256; ++g) {
      for (int b = 0; b < 256; ++b) {
        image.row(0, g)[b] = static_cast<uint8_t>(r);
        image.row(1, g)[b] = static_cast<uint8_t>(g);
        image.row(2, g)[b] = static_cast<uint8_t>(b);
      }
    }
    const double shift = (r - 128) / 256.0;  // so that every shift of a byte is tried, too
    adjust_hue(image, shift);
    const int bytes = static_cast<int>(shift * 255.0);
    for (int g = 0; g < 256; ++g) {
      for (int b = 0; b < 256; ++b) {
        Triple hsv = rgb_to_hsv({r, g, b});
        hsv[0] = (hsv[0] + bytes) & 255;
        const Triple expected = hsv_to_rgb(hsv);
        for (int c = 0; c < 3; ++c) wrong += image.row(c, g)[b] != expected[c];
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("a factor of one, no shift of hue and a flat image change nothing") {
  Planes image;
  image.resize(20, 9);
  for (int c = 0; c < 3; ++c) {
    for (int64_t y = 0; y < 9; ++y) {
      for (int64_t x = 0; x < 20; ++x) image.row(c, y)[x] = static_cast<uint8_t>(100 + 20 * c);
    }
  }
  adjust_brightness(image, 1);
  adjust_contrast(image, 1);
  adjust_saturation(image, 1);
  equalize(image);
  for (int c = 0; c < 3; ++c) CHECK(image.row(c, 8)[19] == 100 + 20 * c);
  adjust_brightness(image, 1e30f);
  CHECK(image.row(2, 4)[7] == 255);
}
