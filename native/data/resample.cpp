#include "data/resample.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace rdm {
namespace {

constexpr int kPrecisionBits = 32 - 8 - 2;

double bilinear(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}

double bicubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// For each output position: the first input position and `taps` weights, padded with zeros.
struct Coefficients {
  int64_t taps = 0;
  std::vector<int64_t> first;
  std::vector<int64_t> count;
  std::vector<int32_t> weights;
};

// Output positions begin … begin + count - 1 of a resize from `in` to `out` positions.
void compute(int64_t in, int64_t out, int64_t begin, int64_t count, Interpolation interpolation,
             Coefficients& c) {
  const auto filter = interpolation == Interpolation::bilinear ? bilinear : bicubic;
  const double scale = static_cast<double>(in) / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);
  const double support = (interpolation == Interpolation::bilinear ? 1.0 : 2.0) * stretch;
  c.taps = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  c.first.resize(count);
  c.count.resize(count);
  c.weights.assign(count * c.taps, 0);
  thread_local std::vector<double> exact;
  exact.resize(c.taps);
  for (int64_t i = 0; i < count; ++i) {
    const double centre = (static_cast<double>(begin + i) + 0.5) * scale;
    const int64_t low = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const int64_t high = std::min(static_cast<int64_t>(centre + support + 0.5), in);
    double total = 0;
    for (int64_t x = low; x < high; ++x) {
      const double w = filter((static_cast<double>(x) - centre + 0.5) * (1.0 / stretch));
      exact[x - low] = w;
      total += w;
    }
    for (int64_t x = low; x < high; ++x) {
      double w = exact[x - low];
      if (total != 0) w /= total;
      w *= 1 << kPrecisionBits;
      c.weights[i * c.taps + x - low] = static_cast<int32_t>(w < 0 ? w - 0.5 : w + 0.5);
    }
    c.first[i] = low;
    c.count[i] = high - low;
  }
}

uint8_t clip(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kPrecisionBits, 0, 255));
}

void horizontal(const Pixels& source, const Coefficients& c, Image& out) {
  for (int64_t y = 0; y < source.height; ++y) {
    uint8_t* to = out.row(y);
    for (int64_t x = 0; x < out.width(); ++x) {
      const uint8_t* from = source.row(y) + c.first[x] * 3;
      int32_t sum[3] = {1 << (kPrecisionBits - 1), 1 << (kPrecisionBits - 1),
                        1 << (kPrecisionBits - 1)};
      for (int64_t k = 0; k < c.count[x]; ++k) {
        for (int ch = 0; ch < 3; ++ch) sum[ch] += from[k * 3 + ch] * c.weights[x * c.taps + k];
      }
      for (int ch = 0; ch < 3; ++ch) to[x * 3 + ch] = clip(sum[ch]);
    }
  }
}

void vertical(const Pixels& source, const Coefficients& c, Image& out) {
  thread_local std::vector<int32_t> sums;
  const int64_t values = source.width * 3;
  for (int64_t y = 0; y < out.height(); ++y) {
    sums.assign(values, 1 << (kPrecisionBits - 1));
    for (int64_t k = 0; k < c.count[y]; ++k) {
      const uint8_t* from = source.row(c.first[y] + k);
      const int32_t weight = c.weights[y * c.taps + k];
      for (int64_t i = 0; i < values; ++i) sums[i] += from[i] * weight;
    }
    uint8_t* to = out.row(y);
    for (int64_t i = 0; i < values; ++i) to[i] = clip(sums[i]);
  }
}

}  // namespace

void resize_box(const Pixels& source, const Box& box, int64_t width, int64_t height,
                Interpolation interpolation, const Box& window, Image& rows, Image& out) {
  thread_local Coefficients across, down;
  compute(box.width, width, window.left, window.width, interpolation, across);
  compute(box.height, height, window.top, window.height, interpolation, down);
  // Only the rows that the vertical pass reads.
  const int64_t first_row = down.first.front();
  const int64_t last_row = down.first.back() + down.count.back();
  Pixels input{source.row(box.top + first_row) + box.left * 3, box.width, last_row - first_row,
               source.stride};
  for (auto& first : down.first) first -= first_row;
  rows.resize(window.width, input.height);
  horizontal(input, across, rows);
  out.resize(window.width, window.height);
  vertical(rows.pixels(), down, out);
}

CentrePlan plan_centre(int64_t width, int64_t height, int64_t resize, int64_t size) {
  const int64_t shorter = std::min(width, height), longer = std::max(width, height);
  const auto stretched = static_cast<int64_t>(static_cast<double>(resize * longer) /
                                              static_cast<double>(shorter));
  CentrePlan plan;
  plan.width = width <= height ? resize : stretched;
  plan.height = width <= height ? stretched : resize;
  // Python's round of the margin's half: halves to even.
  const auto begin = [size](int64_t extent) {
    return static_cast<int64_t>(std::nearbyint(static_cast<double>(extent - size) / 2.0));
  };
  plan.window = {begin(plan.width), begin(plan.height), size, size};
  return plan;
}

}  // namespace rdm
