// Gaussian blur as Pillow's ImageFilter.GaussianBlur: three extended box blurs each way.
// Source: Gwosdek, Grewenig, Bruhn, Weickert, "Theoretical foundations of Gaussian convolution by
// extended box filtering", SSVM 2011; PIL.ImageFilter.
#pragma once
#include "data/pixels/planes.h"

namespace rdm {

// Blurs in place. The radius is the standard deviation in pixels; `scratch` is reused from call to
// call.
void gaussian_blur(Planes& image, float radius, std::vector<uint8_t>& scratch);

}  // namespace rdm
