#include "data/pixels/augmentation.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rdm {
namespace {

constexpr double kMinAspect = 3.0 / 4.0, kMaxAspect = 4.0 / 3.0;
constexpr int kCropTries = 10;

// Rounds halves to even, as Python's round does; that is the processor's default mode.
int64_t round_even(double value) {
  return static_cast<int64_t>(std::nearbyint(value));
}

}  // namespace

Box hull(const Box& a, const Box& b) {
  const int64_t left = std::min(a.left, b.left), top = std::min(a.top, b.top);
  return {left, top, std::max(a.left + a.width, b.left + b.width) - left,
          std::max(a.top + a.height, b.top + b.height) - top};
}

Box draw_crop(double min_scale, double max_scale, int64_t width, int64_t height, Stream& stream) {
  const double area = static_cast<double>(width) * static_cast<double>(height);
  const double low = std::log(kMinAspect), high = std::log(kMaxAspect);
  for (int attempt = 0; attempt < kCropTries; ++attempt) {
    const double target = area * stream.uniform(min_scale, max_scale);
    const double aspect = std::exp(stream.uniform(low, high));
    const int64_t w = round_even(std::sqrt(target * aspect));
    const int64_t h = round_even(std::sqrt(target / aspect));
    if (w <= 0 || w > width || h <= 0 || h > height) continue;
    const auto top = static_cast<int64_t>(stream.below(height - h + 1));
    const auto left = static_cast<int64_t>(stream.below(width - w + 1));
    return {left, top, w, h};
  }
  // No crop fitted: the largest centred box whose aspect ratio is allowed.
  int64_t w = width, h = height;
  const double aspect = static_cast<double>(width) / static_cast<double>(height);
  if (aspect < kMinAspect) h = round_even(static_cast<double>(w) / kMinAspect);
  if (aspect > kMaxAspect) w = round_even(static_cast<double>(h) * kMaxAspect);
  return {(width - w) / 2, (height - h) / 2, w, h};
}

Draw draw(const RandomView& view, int64_t width, int64_t height, Stream& stream) {
  Draw out;
  out.crop = draw_crop(view.min_scale, view.max_scale, width, height, stream);
  out.jitter = stream.chance(view.jitter_p);
  if (out.jitter) {
    for (uint64_t i = out.order.size() - 1; i > 0; --i) {
      std::swap(out.order[i], out.order[stream.below(i + 1)]);
    }
    // ColorJitter(x) draws from [max(0, 1 - x), 1 + x], the hue from [-x, x].
    const auto factor = [&stream](double spread) {
      return static_cast<float>(stream.uniform(std::max(0.0, 1 - spread), 1 + spread));
    };
    out.brightness = factor(view.brightness);
    out.contrast = factor(view.contrast);
    out.saturation = factor(view.saturation);
    out.hue = stream.uniform(-view.hue, view.hue);
  }
  out.grayscale = stream.chance(view.grayscale_p);
  if (stream.chance(view.blur_p)) {
    out.blur_radius =
        static_cast<float>(stream.uniform(view.min_blur_radius, view.max_blur_radius));
  }
  out.solarize = stream.chance(view.solarize_p);
  out.equalize = stream.chance(view.equalize_p);
  out.flip = stream.chance(view.flip_p);
  return out;
}

}  // namespace rdm
