#include "data/view.h"

#include "data/blur.h"
#include "data/color.h"

namespace rdm {

NormaliseTable normalise_table(const Statistics& statistics) {
  NormaliseTable table;
  for (int colour = 0; colour < 3; ++colour) {
    for (int v = 0; v < 256; ++v) {
      table[colour][v] =
          (static_cast<float>(v) / 255.0f - statistics.mean[colour]) / statistics.std[colour];
    }
  }
  return table;
}

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

void normalise(const Planes& view, bool flip, const NormaliseTable& table, float* out) {
  const int64_t width = view.width();
  for (int64_t y = 0; y < view.height(); ++y) {
    const uint8_t *r = view.row(0, y), *g = view.row(1, y), *b = view.row(2, y);
    const int64_t first = flip ? width - 1 : 0, step = flip ? -1 : 1;
    for (int64_t i = 0, x = first; i < width; ++i, x += step, out += 3) {
      out[0] = table[0][r[x]];
      out[1] = table[1][g[x]];
      out[2] = table[2][b[x]];
    }
  }
}

void apply(const RandomView& view, const Draw& draw, const Decoded& source,
           const NormaliseTable& table, Workspace& workspace, float* out) {
  const ResizePlan plan = plan_crop(draw.crop, view.size, view.interpolation);
  resize(source.pixels, reduced(plan, source.reduction), workspace.resize, workspace.view);
  recolour(workspace.view, draw, workspace.blur);
  normalise(workspace.view, draw.flip, table, out);
}

void apply(const CentreView& view, const Decoded& source, const NormaliseTable& table,
           Workspace& workspace, float* out) {
  const auto [width, height] = source.extent;
  const ResizePlan plan = plan_centre(width, height, view.resize, view.size);
  resize(source.pixels, reduced(plan, source.reduction), workspace.resize, workspace.view);
  normalise(workspace.view, /*flip=*/false, table, out);
}

}  // namespace rdm
