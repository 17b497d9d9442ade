// Antialiased resizing of the channels of a JPEG, each by itself, in 16-bit arithmetic: about what
// `resize` gives for pixels. The vertical pass comes first, so that only the rows
// of the result have to be transposed for the horizontal one.
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
  std::vector<uint8_t> columns;  // 64 of these rows, transposed
  std::vector<uint8_t> narrow;   // the same rows after the horizontal pass, still transposed
};

// Resizes Y, Cb and Cr, or Y alone, and makes RGB of them. The plan is in pixels of the image.
void rescale(std::span<const Channel> channels, const ResizePlan& plan, RescaleScratch& scratch,
             Planes& out);

}  // namespace rdm
