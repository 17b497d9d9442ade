// The augmentation of an image: the distributions of the reference as plain parameters, and what is
// drawn from them for one view.
// Source: main_simsiam.py and main_lincls.py (transforms), solo-learn's asymmetric pipelines.
#pragma once
#include <array>
#include <cstdint>

#include "base/random.h"

namespace rdm {

enum class Interpolation { bilinear, bicubic };

// The distribution of one random view. Operations come in this order: crop and resize, jitter,
// grayscale, blur, solarize, equalize, flip, normalise.
struct RandomView {
  int64_t size = 224;  // output pixels, square
  double min_scale = 0.2, max_scale = 1.0;
  Interpolation interpolation = Interpolation::bilinear;
  double jitter_p = 0.8;
  double brightness = 0.4, contrast = 0.4, saturation = 0.4, hue = 0.1;
  double grayscale_p = 0.2;
  double blur_p = 0.5;
  double min_blur_radius = 0.1, max_blur_radius = 2.0;
  double solarize_p = 0.0;
  double equalize_p = 0.0;
  double flip_p = 0.5;
};

// The evaluation view: the shorter side is resized to `resize`, then the centre of `size` × `size`
// is cut out.
struct CentreView {
  int64_t resize = 256;
  int64_t size = 224;
};

// Mean and deviation of a dataset's channels, of values from 0 to 1.
struct Statistics {
  std::array<float, 3> mean{0.485f, 0.456f, 0.406f};
  std::array<float, 3> std{0.229f, 0.224f, 0.225f};

  bool operator==(const Statistics&) const = default;
};

struct Box {
  int64_t left = 0, top = 0, width = 0, height = 0;

  bool operator==(const Box&) const = default;
};

Box hull(const Box& a, const Box& b);  // the smallest box around both

enum class Jitter { brightness, contrast, saturation, hue };

// What was drawn for one view of one image.
struct Draw {
  Box crop;
  bool jitter = false;
  std::array<Jitter, 4> order{Jitter::brightness, Jitter::contrast, Jitter::saturation,
                              Jitter::hue};
  float brightness = 1, contrast = 1, saturation = 1;
  double hue = 0;  // a fraction of the circle
  bool grayscale = false;
  float blur_radius = 0;  // 0: none
  bool solarize = false, equalize = false, flip = false;
};

// Draws a view of an image of this width and height, from torchvision's distributions.
Draw draw(const RandomView& view, int64_t width, int64_t height, Stream& stream);

// Draws a crop as torchvision's RandomResizedCrop.get_params does, with an aspect ratio between 3/4
// and 4/3.
Box draw_crop(double min_scale, double max_scale, int64_t width, int64_t height, Stream& stream);

}  // namespace rdm
