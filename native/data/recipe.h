// What is done to an image: the reference's augmentation recipes as plain parameters.
// Source: main_simsiam.py and main_lincls.py (transforms), solo-learn's asymmetric pipelines.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace rdm {

enum class Interpolation { bilinear, bicubic };

// One random view. Order: crop and resize, jitter, grayscale, blur, solarize, equalize, flip, normalise.
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

// The evaluation view: the shorter side to `resize`, then the centre `size` × `size`.
struct CentreView {
  int64_t resize = 256;
  int64_t size = 224;
};

struct Statistics {
  std::array<float, 3> mean{0.485f, 0.456f, 0.406f};
  std::array<float, 3> std{0.229f, 0.224f, 0.225f};
};

}  // namespace rdm
