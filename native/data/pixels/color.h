// The colour operations, in place, each as torchvision's functional transforms compute it through
// Pillow. Operations may change the padding of a row, but statistics never count it.
// Source: torchvision.transforms.functional on PIL images; PIL.ImageEnhance, ImageOps.
#pragma once
#include "data/pixels/planes.h"

namespace rdm {

void ycc_to_rgb(Planes& image);  // from JPEG's Y, Cb, Cr; within a grey level of libjpeg
void adjust_brightness(Planes& image, float factor);
void adjust_contrast(Planes& image, float factor);    // about the rounded mean of the luma
void adjust_saturation(Planes& image, float factor);  // away from the luma
void adjust_hue(Planes& image, double shift);         // a fraction of the circle, -0.5 … 0.5
void grayscale(Planes& image);                        // luma in all three planes
void solarize(Planes& image, int threshold = 128);    // inverts values from the threshold on
void equalize(Planes& image);                         // flattens each plane's histogram

}  // namespace rdm
