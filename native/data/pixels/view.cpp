#include "data/pixels/view.h"

#include <numeric>

#include "base/vectorise.h"
#include "data/pixels/blur.h"
#include "data/pixels/color.h"

namespace rdm {

void recolour(Planes& view, const Draw& draw, std::vector<uint8_t>& scratch) {
  if (draw.jitter) {
    for (const Jitter step : draw.order) {
      switch (step) {
        case Jitter::brightness: adjust_brightness(view, draw.brightness); break;
        case Jitter::contrast: adjust_contrast(view, draw.contrast); break;
        case Jitter::saturation: adjust_saturation(view, draw.saturation); break;
        case Jitter::hue: adjust_hue(view, draw.hue); break;
      }
    }
  }
  if (draw.grayscale) grayscale(view);
  if (draw.blur_radius > 0) gaussian_blur(view, draw.blur_radius, scratch);
  if (draw.solarize) solarize(view);
  if (draw.equalize) equalize(view);
}

namespace {

// Normalises one row, from its first pixel on or from its last one back.
RDM_VECTORISED void normalise_row(const uint8_t* const* rows, int64_t width, bool flip,
                                  const Statistics& statistics, float* __restrict out) {
  const uint8_t *red = rows[0], *green = rows[1], *blue = rows[2];
  const auto [mean, deviation] = statistics;
  const auto normal = [&](int colour, uint8_t value) {
    return (static_cast<float>(value) / 255.0f - mean[colour]) / deviation[colour];
  };
  const auto pixel = [&](int64_t i, int64_t x) {
    out[3 * i] = normal(0, red[x]);
    out[3 * i + 1] = normal(1, green[x]);
    out[3 * i + 2] = normal(2, blue[x]);
  };
  if (flip) {
    for (int64_t i = 0; i < width; ++i) pixel(i, width - 1 - i);
  } else {
    for (int64_t i = 0; i < width; ++i) pixel(i, i);
  }
}

RDM_VECTORISED void interleave_row(const uint8_t* const* rows, int64_t width, bool flip,
                                   uint8_t* __restrict out) {
  for (int64_t i = 0; i < width; ++i) {
    const int64_t x = flip ? width - 1 - i : i;
    for (int colour = 0; colour < 3; ++colour) out[3 * i + colour] = rows[colour][x];
  }
}

void resize(const Decoded& source, const ResizePlan& plan, Workspace& workspace) {
  if (source.channels.empty())
    resize(source.pixels, reduced(plan, source.reduction), workspace.resize, workspace.view);
  else
    rescale(source.channels, plan, workspace.rescale, workspace.view);
}

}  // namespace

void normalise(const Planes& view, bool flip, const Statistics& statistics, float* out) {
  const int64_t width = view.width();
  for (int64_t y = 0; y < view.height(); ++y, out += width * 3) {
    const uint8_t* rows[] = {view.row(0, y), view.row(1, y), view.row(2, y)};
    normalise_row(rows, width, flip, statistics, out);
  }
}

std::array<float, 256 * 3> normal_values(const Statistics& statistics) {
  std::array<uint8_t, 256> bytes;
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  const uint8_t* rows[] = {bytes.data(), bytes.data(), bytes.data()};
  std::array<float, 256 * 3> values;
  normalise_row(rows, 256, /*flip=*/false, statistics, values.data());
  return values;
}

void interleave(const Planes& view, bool flip, uint8_t* out) {
  const int64_t width = view.width();
  for (int64_t y = 0; y < view.height(); ++y, out += width * 3) {
    const uint8_t* rows[] = {view.row(0, y), view.row(1, y), view.row(2, y)};
    interleave_row(rows, width, flip, out);
  }
}

namespace {

// Into workspace.view.
void make(const RandomView& view, const Draw& draw, const Decoded& source, Workspace& workspace) {
  resize(source, plan_crop(draw.crop, view.size, view.interpolation), workspace);
  recolour(workspace.view, draw, workspace.blur);
}

void make(const CentreView& view, const Decoded& source, Workspace& workspace) {
  const auto [width, height] = source.extent;
  resize(source, plan_centre(width, height, view.resize, view.size), workspace);
}

}  // namespace

void apply(const RandomView& view, const Draw& draw, const Decoded& source,
           const Statistics& statistics, Workspace& workspace, float* out) {
  make(view, draw, source, workspace);
  normalise(workspace.view, draw.flip, statistics, out);
}

void apply(const CentreView& view, const Decoded& source, const Statistics& statistics,
           Workspace& workspace, float* out) {
  make(view, source, workspace);
  normalise(workspace.view, /*flip=*/false, statistics, out);
}

void apply(const RandomView& view, const Draw& draw, const Decoded& source, Workspace& workspace,
           uint8_t* out) {
  make(view, draw, source, workspace);
  interleave(workspace.view, draw.flip, out);
}

void apply(const CentreView& view, const Decoded& source, Workspace& workspace, uint8_t* out) {
  make(view, source, workspace);
  interleave(workspace.view, /*flip=*/false, out);
}

}  // namespace rdm
