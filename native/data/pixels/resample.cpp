#include "data/pixels/resample.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/vectorise.h"
#include "data/pixels/transpose.h"

namespace rdm {
namespace {

constexpr int32_t kHalf = 1 << (kFilterBits - 1);
constexpr int64_t kLanes = kTransposedRows;  // values that are summed side by side

// The filters of Pillow's BILINEAR and BICUBIC.
double triangle(double x) {
  x = std::abs(x);
  return x < 1 ? 1 - x : 0;
}

// Keys' cubic with a = -0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

// Computes 64 outputs with the same taps: to[i] is the weighted sum of from[k · step + i] over the
// taps k. The lanes are values of one place in 64 rows (horizontal pass) or 64 values of one row
// (vertical pass).
RDM_INLINE void filter64(const uint8_t* from, int64_t step, const Taps<int32_t>& taps,
                         uint8_t* to) {
  int32_t sums[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) sums[i] = kHalf;
  for (int64_t k = 0; k < taps.count; ++k, from += step) {
    const int32_t weight = taps.weights[k];
    for (int64_t i = 0; i < kLanes; ++i) sums[i] += from[i] * weight;
  }
  for (int64_t i = 0; i < kLanes; ++i) {
    to[i] = static_cast<uint8_t>(std::min(std::max(sums[i] >> kFilterBits, 0), 255));
  }
}

// The horizontal pass over 64 transposed rows, from (x, colour, row) to (colour, x, row).
RDM_VECTORISED void filter_columns(const uint8_t* from, const LongFilter& filter,
                                   int64_t colour_step, uint8_t* to) {
  for (int64_t x = 0; x < filter.size(); ++x) {
    const Taps taps = filter[x];
    for (int colour = 0; colour < 3; ++colour) {
      filter64(from + (taps.first * 3 + colour) * kLanes, 3 * kLanes, taps,
               to + colour * colour_step + x * kLanes);
    }
  }
}

// Computes one row of the vertical pass: `values` bytes, from rows that are `stride` bytes apart.
RDM_VECTORISED void filter_rows(const uint8_t* from, int64_t stride, Taps<int32_t> taps,
                                int64_t values, uint8_t* to) {
  from += taps.first * stride;
  if (values < kLanes) {
    for (int64_t x = 0; x < values; ++x) {
      int32_t sum = kHalf;
      for (int64_t k = 0; k < taps.count; ++k) sum += from[k * stride + x] * taps.weights[k];
      to[x] = static_cast<uint8_t>(std::clamp(sum >> kFilterBits, 0, 255));
    }
    return;
  }
  for (int64_t begin = 0; begin < values; begin += kLanes) {
    const int64_t x = std::min(begin, values - kLanes);  // the last vector may overlap
    filter64(from + x, stride, taps, to + x);
  }
}

// The taps of an output position, counted from the first position that the whole filter reads.
Taps<int32_t> within(const LongFilter& filter, int64_t i) {
  Taps<int32_t> taps = filter[i];
  taps.first -= filter.begin();
  return taps;
}

// Puts every row of `source` through the horizontal pass, 64 rows at a time:
//
//   rows of pixels ─transpose─► columns ─filter─► narrow ─transpose back─► planes of `out`
void horizontal(const Pixels& source, ResizeScratch& scratch, Planes& out) {
  auto& [across, down, columns, narrow, rows, lines] = scratch;
  const int64_t colour_step = whole_tiles(across.size()) * kLanes;
  columns.resize(std::max<size_t>(columns.size(), across.end() * 3 * kLanes));
  narrow.resize(std::max<size_t>(narrow.size(), 3 * colour_step));
  out.resize(across.size(), source.height);
  for (int64_t y = 0; y < source.height; y += kLanes) {
    const uint8_t* block[kLanes];
    for (int64_t r = 0; r < kLanes; ++r) {
      block[r] = source.row(std::min(y + r, source.height - 1));  // past the end, the last again
    }
    transpose_rows(block, across.end() * 3, columns.data());
    filter_columns(columns.data(), across, colour_step, narrow.data());
    for (int colour = 0; colour < 3; ++colour) {
      transpose_back(narrow.data() + colour * colour_step, across.size(),
                     std::min(kLanes, source.height - y), out.row(colour, y), out.stride());
    }
  }
}

}  // namespace

template <typename Weight, int bits>
void ResampleFilter<Weight, bits>::compute(const Span& in, int64_t out, int64_t begin,
                                           int64_t count, Interpolation interpolation) {
  const bool bilinear = interpolation == Interpolation::bilinear;
  const double scale = in.extent / static_cast<double>(out);
  const double stretch = std::max(scale, 1.0);  // the filter widens when the image shrinks
  const double support = (bilinear ? 1.0 : 2.0) * stretch;
  // Positions count from the first that the span touches.
  const double first = std::floor(in.begin), offset = in.begin - first;
  const auto limit = static_cast<int64_t>(std::ceil(offset + in.extent));
  most_ = static_cast<int64_t>(std::ceil(support)) * 2 + 1;
  first_.resize(count);
  count_.resize(count);
  weights_.resize(count * most_);
  exact_.resize(most_);
  for (int64_t i = 0; i < count; ++i) {
    const double centre = offset + (static_cast<double>(begin + i) + 0.5) * scale;
    const int64_t low = std::max<int64_t>(static_cast<int64_t>(centre - support + 0.5), 0);
    const int64_t high = std::min(static_cast<int64_t>(centre + support + 0.5), limit);
    double total = 0;
    for (int64_t x = low; x < high; ++x) {
      const double at = (static_cast<double>(x) - centre + 0.5) * (1.0 / stretch);
      exact_[x - low] = bilinear ? triangle(at) : cubic(at);
      total += exact_[x - low];
    }
    for (int64_t x = low; x < high; ++x) {
      double weight = exact_[x - low];
      if (total != 0) weight /= total;
      weight *= 1 << bits;
      weights_[i * most_ + x - low] =
          static_cast<Weight>(static_cast<int32_t>(weight < 0 ? weight - 0.5 : weight + 0.5));
    }
    first_[i] = low;
    count_[i] = high - low;
  }
}

template class ResampleFilter<int32_t, kFilterBits>;
template class ResampleFilter<uint16_t, kShortFilterBits>;

void resize(const Pixels& source, const ResizePlan& plan, ResizeScratch& scratch, Planes& out) {
  const Box& window = plan.window;
  LongFilter &across = scratch.across, &down = scratch.down;
  across.compute(plan.across, plan.width, window.left, window.width, plan.interpolation);
  down.compute(plan.down, plan.height, window.top, window.height, plan.interpolation);
  const auto left = static_cast<int64_t>(plan.across.begin);
  const auto top = static_cast<int64_t>(plan.down.begin);
  const Pixels read{source.row(top + down.begin()) + left * 3, across.end(),
                    down.end() - down.begin(), source.stride};

  // The rounding between the passes makes their order visible, so it has to be Pillow's: the
  // vertical pass comes first if it removes more than twice as many rows as the other columns.
  const double columns = plan.across.extent - static_cast<double>(plan.width);
  const double rows = plan.down.extent - static_cast<double>(plan.height);
  if (rows > 2 * std::max(columns, 0.0)) {
    scratch.lines.resize(read.width, window.height);
    for (int64_t y = 0; y < window.height; ++y) {
      filter_rows(read.data, read.stride, within(down, y), read.width * 3, scratch.lines.row(y));
    }
    horizontal(scratch.lines.pixels(), scratch, out);
    return;
  }
  horizontal(read, scratch, scratch.rows);
  out.resize(window.width, window.height);
  for (int colour = 0; colour < 3; ++colour) {
    for (int64_t y = 0; y < window.height; ++y) {
      filter_rows(scratch.rows.plane(colour), scratch.rows.stride(), within(down, y), out.stride(),
                  out.row(colour, y));
    }
  }
}

ResizePlan plan_crop(const Box& box, int64_t size, Interpolation interpolation) {
  ResizePlan plan;
  plan.across = {static_cast<double>(box.left), static_cast<double>(box.width)};
  plan.down = {static_cast<double>(box.top), static_cast<double>(box.height)};
  plan.width = plan.height = size;
  plan.window = {0, 0, size, size};
  plan.interpolation = interpolation;
  return plan;
}

ResizePlan plan_centre(int64_t width, int64_t height, int64_t resize, int64_t size) {
  const int64_t shorter = std::min(width, height), longer = std::max(width, height);
  const auto stretched = static_cast<int64_t>(static_cast<double>(product(resize, longer)) /
                                              static_cast<double>(shorter));
  ResizePlan plan;
  plan.across.extent = static_cast<double>(width);
  plan.down.extent = static_cast<double>(height);
  plan.width = width <= height ? resize : stretched;
  plan.height = width <= height ? stretched : resize;
  // Half the margin, rounded as Python does: halves to even.
  const auto margin = [size](int64_t extent) {
    return static_cast<int64_t>(std::nearbyint(static_cast<double>(extent - size) / 2.0));
  };
  plan.window = {margin(plan.width), margin(plan.height), size, size};
  return plan;
}

Box needed_box(const ResizePlan& plan) {
  const double reach = plan.interpolation == Interpolation::bilinear ? 1 : 2;
  // The stretch that the output positions begin … begin + count - 1 read, with a pixel to spare.
  const auto range = [reach](const Span& in, int64_t out, int64_t begin, int64_t count) {
    const double scale = in.extent / static_cast<double>(out);
    const double support = reach * std::max(scale, 1.0) + 1;
    const double low = static_cast<double>(begin) * scale - support;
    const double high = static_cast<double>(begin + count) * scale + support;
    const auto first = static_cast<int64_t>(in.begin + std::max(low, 0.0));
    const auto last = static_cast<int64_t>(std::ceil(in.begin + std::min(high, in.extent)));
    return std::pair(first, last - first);
  };
  const auto [left, width] = range(plan.across, plan.width, plan.window.left, plan.window.width);
  const auto [top, height] = range(plan.down, plan.height, plan.window.top, plan.window.height);
  return {left, top, width, height};
}

ResizePlan reduced(ResizePlan plan, int64_t reduction) {
  for (Span* span : {&plan.across, &plan.down}) {
    span->begin /= static_cast<double>(reduction);
    span->extent /= static_cast<double>(reduction);
  }
  return plan;
}

}  // namespace rdm
