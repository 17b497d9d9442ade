// Antialiased resizing of one channel at a time to about what `resize` gives, in 16 bits:
// vertically first, on the fewest values, then horizontally.
#pragma once
#include <span>
#include <vector>

#include "data/pixels/image.h"
#include "data/pixels/planes.h"
#include "data/pixels/resample.h"

namespace rdm {

// Memory that is reused from image to image.
struct RescaleScratch {
  ShortFilter across, down;
  std::vector<uint8_t> lines;    // every row after the vertical pass
  std::vector<uint8_t> columns;  // 64 of them, transposed
  std::vector<uint8_t> narrow;   // the same after the horizontal pass
};

// Y, Cb and Cr, or Y alone, to RGB. The plan is in pixels of the image.
void rescale(std::span<const Channel> channels, const ResizePlan& plan, RescaleScratch& scratch,
             Planes& out);

}  // namespace rdm
