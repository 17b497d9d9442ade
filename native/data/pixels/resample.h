// Antialiased resizing of 8-bit images with Pillow's arithmetic: a horizontal and a vertical pass,
// whose weights are fixed-point numbers with 22 bits below the point, and 8-bit values in between.
// Source: PIL.Image.resize; torchvision's resized_crop, resize and center_crop on PIL images.
#pragma once
#include <cstdint>
#include <vector>

#include "data/pixels/augmentation.h"
#include "data/pixels/image.h"
#include "data/pixels/planes.h"

namespace rdm {

// A stretch of one axis, in pixels. Its ends are whole numbers unless the image was decoded at a
// smaller size.
struct Span {
  double begin = 0, extent = 0;
};

// A resize of a box of the source to width × height pixels, of which only a window is computed.
//
//   source ┌──────────────┐     ┌─────────┐ height
//          │  ┌─────┐ down│     │ ┌──┐    │
//          │  └─────┘     │ ──► │ └──┘ window
//          │  across      │     └─────────┘ width
//          └──────────────┘
struct ResizePlan {
  Span across, down;  // the box; nothing outside it is read, as if the image had been cropped first
  int64_t width = 0, height = 0;
  Box window;  // of the result
  Interpolation interpolation = Interpolation::bilinear;
};

// Resizes the box to size × size.
ResizePlan plan_crop(const Box& box, int64_t size, Interpolation interpolation);
// Resizes the whole image so that its shorter side is `resize`; the window is the centre of
// size × size, where size ≤ resize.
ResizePlan plan_centre(int64_t width, int64_t height, int64_t resize, int64_t size);

// The pixels of the source that the plan's window is made from.
Box needed_box(const ResizePlan& plan);

// The inputs of one output position: `count` positions from `first` on, and a weight for each.
template <typename Weight>
struct Taps {
  int64_t first, count;
  const Weight* weights;
};

// The taps of every output position in one direction. Weights are fixed-point numbers with `bits`
// bits below the point; a negative one wraps round in an unsigned type. An object serves image
// after image, so that its memory is reused.
template <typename Weight, int bits>
class ResampleFilter {
 public:
  // Computes the output positions begin … begin + count - 1 of a resize from `in` to `out`
  // positions. Taps count from the first position that `in` touches.
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

// Pillow's weights leave room for 8-bit values and 2 bits of overshoot in an int32; the short ones
// fit into 16 bits.
constexpr int kFilterBits = 32 - 8 - 2, kShortFilterBits = 15;
using LongFilter = ResampleFilter<int32_t, kFilterBits>;
using ShortFilter = ResampleFilter<uint16_t, kShortFilterBits>;

// Memory that is reused from image to image.
struct ResizeScratch {
  LongFilter across, down;
  std::vector<uint8_t> columns;  // 64 rows of the source, transposed
  std::vector<uint8_t> narrow;   // the same rows after the horizontal pass, still transposed
  Planes rows;                   // every row after the horizontal pass, where that is the first
  Image lines;                   // every row after the vertical pass, where that is the first
};

// The same plan for an image that was decoded at 1/reduction of its size.
ResizePlan reduced(ResizePlan plan, int64_t reduction);

// Writes the plan's window to `out`.
void resize(const Pixels& source, const ResizePlan& plan, ResizeScratch& scratch, Planes& out);

}  // namespace rdm
