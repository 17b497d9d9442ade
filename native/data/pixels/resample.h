// Antialiased resizing of 8-bit images with Pillow's arithmetic: separable filters whose weights
// are fixed-point numbers of 22 bits, rounded to 8 bits between the passes.
// Source: PIL.Image.resize; torchvision's resized_crop, resize and center_crop on PIL images.
#pragma once
#include <cstdint>
#include <vector>

#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"
#include "data/pixels/planes.h"

namespace rdm {

// A stretch of one axis, in pixels; whole numbers unless the image was decoded at a smaller size.
struct Span {
  double begin = 0, extent = 0;
};

// A resize of a box to width × height, of which only the window is wanted.
struct ResizePlan {
  Span across, down;  // the box in the source; the image ends at its borders, as if cropped first
  int64_t width = 0, height = 0;
  Box window;  // in the result
  Interpolation interpolation = Interpolation::bilinear;
};

// The box to size × size.
ResizePlan plan_crop(const Box& box, int64_t size, Interpolation interpolation);
// The shorter side of the image to `resize`, then the centre size × size; size ≤ resize.
ResizePlan plan_centre(int64_t width, int64_t height, int64_t resize, int64_t size);

// The pixels of the source that the plan's window is made from.
Box needed_box(const ResizePlan& plan);

// What one output position reads: `count` positions from `first` on, weighed.
template <typename Weight>
struct Taps {
  int64_t first, count;
  const Weight* weights;
};

// The filter of one direction, remembered so that its memory is reused. Weights are fixed-point
// numbers with so many bits below the point, modulo those of their type.
template <typename Weight, int bits>
class Filter {
 public:
  // Output positions begin … begin + count - 1 of a resize from `in` to `out` positions.
  void compute(const Span& in, int64_t out, int64_t begin, int64_t count,
               Interpolation interpolation);

  int64_t size() const { return static_cast<int64_t>(first_.size()); }
  int64_t begin() const { return first_.front(); }  // the first position that is read
  int64_t end() const { return first_.back() + count_.back(); }
  Taps<Weight> operator[](int64_t i) const { return {first_[i], count_[i], &weights_[i * most_]}; }

 private:
  int64_t most_ = 0;  // taps of one position at most
  std::vector<int64_t> first_, count_;
  std::vector<Weight> weights_;
  std::vector<double> exact_;
};

// Pillow's, for 8-bit values in 32 bits, and what fits into 16 bits.
constexpr int kFilterBits = 32 - 8 - 2, kShortFilterBits = 15;
using LongFilter = Filter<int32_t, kFilterBits>;
using ShortFilter = Filter<uint16_t, kShortFilterBits>;

// Memory that is reused from image to image.
struct ResizeScratch {
  LongFilter across, down;
  std::vector<uint8_t> columns;  // 16 rows of the source, transposed
  std::vector<uint8_t> narrow;   // the same after the horizontal pass
  Planes rows;                   // every row after the horizontal pass, where that is the first
  Image lines;                   // every row after the vertical pass, where that is the first
};

// The same plan on an image that was decoded at 1/reduction of its size.
ResizePlan reduced(ResizePlan plan, int64_t reduction);

void resize(const Pixels& source, const ResizePlan& plan, ResizeScratch& scratch, Planes& out);

}  // namespace rdm
