// Antialiased resizing of 8-bit images with Pillow's arithmetic: separable filters whose coefficients
// are fixed-point numbers of 22 bits, horizontally first, rounded to 8 bits between the passes.
// Source: Pillow's documentation of Image.resize; torchvision's resized_crop, resize, center_crop.
#pragma once
#include "data/image.h"
#include "data/recipe.h"

namespace rdm {

// The box of `source`, resized to width × height as if the image ended at the box (torchvision's
// resized_crop), and of that only the `window` (the whole by default). `rows` is scratch.
void resize_box(const Pixels& source, const Box& box, int64_t width, int64_t height,
                Interpolation interpolation, const Box& window, Image& rows, Image& out);

// The shorter side to `resize`, then the centre size × size.
struct CentrePlan {
  int64_t width, height;  // after the resize
  Box window;
};
CentrePlan plan_centre(int64_t width, int64_t height, int64_t resize, int64_t size);

}  // namespace rdm
