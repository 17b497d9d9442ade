#include "data/pixels/rescale.h"

#include <algorithm>

#include "base/vectorise.h"
#include "data/pixels/color.h"
#include "data/pixels/transpose.h"

namespace rdm {
namespace {

constexpr int64_t kLanes = kTransposedRows;  // values that are summed side by side
// Weights are 16-bit numbers modulo 2^16 with 15 bits below the point. They lie between -0.5 and
// 1.5, as weights at a border may be above 1, so those from here on stand for negative ones.
constexpr uint32_t kNegative = 3 << (kShortFilterBits - 1);
// A product is the upper half of (a value with 8 bits below the point) · (a weight with 15), so
// sums have 8 + 15 - 16 bits below the point.
constexpr int kSumBits = 7;
// Sums start here and are unsigned, because GCC multiplies into the upper half only unsigned
// numbers. The negative weights of a cubic take away no more than an eighth of white, 2^12.
constexpr int kZero = 1 << 13;

// Computes 64 outputs with the same taps: to[i] is the weighted sum of from[k · step + i] over the
// taps k.
RDM_INLINE void filter64(const uint8_t* from, int64_t step, const uint16_t* weights, int64_t count,
                         uint8_t* to) {
  // Half a grey level, so that the end result is rounded, and half a unit for each product, whose
  // lower half is cut off.
  const auto begin = static_cast<uint16_t>(kZero + (1 << (kSumBits - 1)) + count / 2);
  uint16_t sums[kLanes];
  for (int64_t i = 0; i < kLanes; ++i) sums[i] = begin;
  for (int64_t k = 0; k < count; ++k, from += step) {
    const uint32_t weight = weights[k];
    for (int64_t i = 0; i < kLanes; ++i) {
      sums[i] += static_cast<uint16_t>(((from[i] << 8) * weight) >> 16);
    }
    if (weight < kNegative) continue;
    // The weight was taken for 2 more than it is, which is 2^16 with its 15 bits.
    for (int64_t i = 0; i < kLanes; ++i) sums[i] -= static_cast<uint16_t>(from[i] << 8);
  }
  for (int64_t i = 0; i < kLanes; ++i) {
    const auto above = static_cast<uint16_t>(std::max<uint16_t>(sums[i], kZero) - kZero);
    to[i] = static_cast<uint8_t>(std::min<uint16_t>(above >> kSumBits, 255));
  }
}

// Computes one row of the vertical pass, in whole vectors.
RDM_VECTORISED void filter_row(const uint8_t* from, int64_t stride, Taps<uint16_t> taps,
                               int64_t values, uint8_t* to) {
  from += taps.first * stride;
  for (int64_t x = 0; x < values; x += kLanes) {
    filter64(from + x, stride, taps.weights, taps.count, to + x);
  }
}

// The horizontal pass over 64 transposed rows.
RDM_VECTORISED void filter_columns(const uint8_t* from, const ShortFilter& filter, uint8_t* to) {
  for (int64_t x = 0; x < filter.size(); ++x) {
    const Taps taps = filter[x];
    filter64(from + (taps.first - filter.begin()) * kLanes, kLanes, taps.weights, taps.count,
             to + x * kLanes);
  }
}

// Puts the lines through the horizontal pass, 64 at a time, into a plane of `out`.
void horizontal(RescaleScratch& scratch, int64_t line_bytes, int64_t height, int channel,
                Planes& out) {
  auto& [across, down, lines, columns, narrow] = scratch;
  const int64_t width = across.size();
  columns.resize(std::max<size_t>(columns.size(), line_bytes * kLanes));
  narrow.resize(std::max<size_t>(narrow.size(), whole_tiles(width) * kLanes));
  for (int64_t y = 0; y < height; y += kLanes) {
    const uint8_t* block[kLanes];
    for (int64_t r = 0; r < kLanes; ++r) {  // past the end, the last again
      block[r] = lines.data() + std::min(y + r, height - 1) * line_bytes;
    }
    const int64_t read = across.end() - across.begin();
    transpose_rows(block, whole_tiles(read), columns.data());
    filter_columns(columns.data(), across, narrow.data());
    transpose_back(narrow.data(), width, std::min(kLanes, height - y), out.row(channel, y),
                   out.stride());
  }
}

void rescale_channel(const Channel& channel, const ResizePlan& plan, int index,
                     RescaleScratch& scratch, Planes& out) {
  const ShortFilter &across = scratch.across, &down = scratch.down;
  const auto left = static_cast<int64_t>(plan.across.begin / channel.across);
  const auto top = static_cast<int64_t>(plan.down.begin / channel.down);
  const int64_t line_bytes = (across.end() - across.begin() + kLanes - 1) / kLanes * kLanes;
  auto& lines = scratch.lines;
  lines.resize(std::max<size_t>(lines.size(), plan.window.height * line_bytes));
  const uint8_t* from = channel.data + top * channel.stride + left + across.begin();
  for (int64_t y = 0; y < plan.window.height; ++y) {
    filter_row(from, channel.stride, down[y], line_bytes, lines.data() + y * line_bytes);
  }
  horizontal(scratch, line_bytes, plan.window.height, index, out);
}

}  // namespace

void rescale(std::span<const Channel> channels, const ResizePlan& plan, RescaleScratch& scratch,
             Planes& out) {
  const Box& window = plan.window;
  out.resize(window.width, window.height);
  for (size_t i = 0; i < channels.size(); ++i) {
    const Channel& channel = channels[i];
    const auto in = [](const Span& span, double pixels) {
      return Span{span.begin / pixels, span.extent / pixels};
    };
    if (i == 0 || channel.across != channels[i - 1].across) {
      scratch.across.compute(in(plan.across, channel.across), plan.width, window.left, window.width,
                             plan.interpolation);
    }
    if (i == 0 || channel.down != channels[i - 1].down) {
      scratch.down.compute(in(plan.down, channel.down), plan.height, window.top, window.height,
                           plan.interpolation);
    }
    rescale_channel(channel, plan, static_cast<int>(i), scratch, out);
  }
  if (channels.size() == 1) {
    for (const int colour : {1, 2}) std::copy_n(out.plane(0), out.values(), out.plane(colour));
  } else {
    ycc_to_rgb(out);
  }
}

}  // namespace rdm
