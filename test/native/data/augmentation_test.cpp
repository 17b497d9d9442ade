// What is drawn for a view, the order of an epoch, and the normalisation.
#include "data/pixels/augmentation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "data/loading/sampler.h"
#include "data/pixels/view.h"

using namespace rdm;

TEST_CASE("crops lie in the image, with torchvision's range of area and aspect ratio") {
  double area = 0;
  constexpr int kRounds = 20'000;
  for (uint64_t i = 0; i < kRounds; ++i) {
    Stream stream(1, 2, i, 0);
    const Box box = draw_crop(0.2, 1, 500, 400, stream);
    REQUIRE(box.left >= 0);
    REQUIRE(box.top >= 0);
    REQUIRE(box.left + box.width <= 500);
    REQUIRE(box.top + box.height <= 400);
    const double share = static_cast<double>(box.width * box.height) / (500.0 * 400.0);
    const double aspect = static_cast<double>(box.width) / static_cast<double>(box.height);
    REQUIRE(share > 0.2 - 0.01);  // sides are rounded to pixels
    REQUIRE(aspect > 3.0 / 4 - 0.01);
    REQUIRE(aspect < 4.0 / 3 + 0.01);
    area += share;
  }
  // The mean of 0.2 … 1 would be 0.6, but large areas whose aspect ratio does not fit are drawn
  // again. 0.5162 is the mean over 100,000 calls of torchvision's get_params; the standard error
  // here is 0.0016.
  CHECK(area / kRounds == doctest::Approx(0.5162).epsilon(0.01));
}

TEST_CASE("an image too narrow for any crop gets the largest centred one") {
  Stream stream(1, 2, 3, 4);
  CHECK(draw_crop(0.9, 1, 1000, 10, stream) == Box{493, 0, 13, 10});
  CHECK(draw_crop(0.9, 1, 10, 1000, stream) == Box{0, 493, 10, 13});
  CHECK(draw_crop(1, 1, 1, 1, stream) == Box{0, 0, 1, 1});
}

TEST_CASE("every chance and every range of a view is as asked for") {
  RandomView view;
  view.solarize_p = 0.3;
  view.equalize_p = 0.1;
  constexpr int kRounds = 20'000;
  std::map<std::vector<Jitter>, int> orders;
  double jitter = 0, grayscale = 0, blur = 0, solarize = 0, equalize = 0, flip = 0;
  double brightness = 0, radius = 0;
  for (uint64_t i = 0; i < kRounds; ++i) {
    Stream stream(3, 0, i, 1);
    const Draw drawn = draw(view, 300, 300, stream);
    jitter += drawn.jitter;
    grayscale += drawn.grayscale;
    blur += drawn.blur_radius > 0;
    solarize += drawn.solarize;
    equalize += drawn.equalize;
    flip += drawn.flip;
    radius += drawn.blur_radius;
    if (!drawn.jitter) continue;
    ++orders[{drawn.order.begin(), drawn.order.end()}];
    brightness += drawn.brightness;
    REQUIRE(std::abs(drawn.contrast - 1) <= 0.4f);
    REQUIRE(std::abs(drawn.saturation - 1) <= 0.4f);
    REQUIRE(std::abs(drawn.hue) <= 0.1);
  }
  // Five standard errors of a frequency over 20,000 draws are at most 0.018.
  const auto frequency = [](double count, double expected) {
    return std::abs(count / kRounds - expected) < 0.018;
  };
  CHECK(frequency(jitter, 0.8));
  CHECK(frequency(grayscale, 0.2));
  CHECK(frequency(blur, 0.5));
  CHECK(frequency(solarize, 0.3));
  CHECK(frequency(equalize, 0.1));
  CHECK(frequency(flip, 0.5));
  CHECK(brightness / jitter == doctest::Approx(1).epsilon(0.01));
  CHECK(radius / blur == doctest::Approx(1.05).epsilon(0.03));
  CHECK(orders.size() == 24);
  for (const auto& [order, count] : orders) CHECK(std::abs(count - jitter / 24) < 150);
}

TEST_CASE("an epoch is a permutation of its own") {
  const auto first = epoch_order(1000, 7, 0, true), second = epoch_order(1000, 7, 1, true);
  auto sorted = first;
  std::sort(sorted.begin(), sorted.end());
  std::vector<int64_t> plain(1000);
  std::iota(plain.begin(), plain.end(), 0);
  CHECK(sorted == plain);
  CHECK(first != second);
  CHECK(first == epoch_order(1000, 7, 0, true));
  CHECK(first != epoch_order(1000, 8, 0, true));
  CHECK(epoch_order(1000, 7, 0, false) == plain);
}

TEST_CASE("the normalisation equals torchvision's in float32") {
  // What ToTensor and Normalize make of 0, 1, 128 and 255 in the first channel, with nine digits.
  Planes grey;
  grey.resize(256, 1);
  for (int colour = 0; colour < 3; ++colour) {
    std::iota(grey.row(colour, 0), grey.row(colour, 0) + 256, uint8_t{0});
  }
  std::vector<float> out(256 * 3), mirrored(256 * 3);
  normalise(grey, /*flip=*/false, {}, out.data());
  CHECK(out[0 * 3] == -2.11790395f);
  CHECK(out[1 * 3] == -2.10077929f);
  CHECK(out[128 * 3] == 0.0740646273f);
  CHECK(out[255 * 3] == 2.24890828f);
  normalise(grey, /*flip=*/true, {}, mirrored.data());
  for (int v = 0; v < 256; ++v) {
    CHECK(std::equal(&out[v * 3], &out[v * 3] + 3, &mirrored[(255 - v) * 3]));
  }
}
