// The colour operations, each as Pillow computes it through torchvision's functional transforms,
// in place. Padding may be changed too, but is never counted.
// Source: torchvision.transforms.functional on PIL images; PIL.ImageEnhance, ImageOps.
#pragma once
#include "data/pixels/planes.h"

namespace rdm {

void ycc_to_rgb(Planes& image);  // Y, Cb, Cr as JPEG has them; rounded otherwise than libjpeg does
void adjust_brightness(Planes& image, float factor);
void adjust_contrast(Planes& image, float factor);    // about the rounded mean of the luma
void adjust_saturation(Planes& image, float factor);  // away from the luma
void adjust_hue(Planes& image, double shift);         // a fraction of the circle, -0.5 … 0.5
void grayscale(Planes& image);                        // luma in all three planes
void solarize(Planes& image, int threshold = 128);    // inverts values from the threshold on
void equalize(Planes& image);                         // flattens each plane's histogram

}  // namespace rdm
