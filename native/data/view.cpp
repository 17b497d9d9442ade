#include "data/view.h"

#include "data/resample.h"

namespace rdm {
namespace {

void normalise(const Image& view, bool flip, const NormaliseTable& table, float* out) {
  const int64_t size = view.width();
  for (int64_t y = 0; y < view.height(); ++y) {
    const uint8_t* row = view.row(y);
    for (int64_t x = 0; x < size; ++x) {
      const uint8_t* pixel = row + (flip ? size - 1 - x : x) * 3;
      for (int ch = 0; ch < 3; ++ch) *out++ = table[ch][pixel[ch]];
    }
  }
}

}  // namespace

NormaliseTable normalise_table(const Statistics& statistics) {
  NormaliseTable table;
  for (int ch = 0; ch < 3; ++ch) {
    for (int v = 0; v < 256; ++v) {
      table[ch][v] = (static_cast<float>(v) / 255.0f - statistics.mean[ch]) / statistics.std[ch];
    }
  }
  return table;
}

void apply(const RandomView& view, const Draw& draw, const Pixels& source,
           const NormaliseTable& table, Workspace& workspace, float* out) {
  resize_box(source, draw.crop, view.size, view.size, view.interpolation,
             {0, 0, view.size, view.size}, workspace.rows, workspace.view);
  normalise(workspace.view, draw.flip, table, out);
}

void apply(const CentreView& view, const Pixels& source, const NormaliseTable& table,
           Workspace& workspace, float* out) {
  const CentrePlan plan = plan_centre(source.width, source.height, view.resize, view.size);
  resize_box(source, {0, 0, source.width, source.height}, plan.width, plan.height,
             Interpolation::bilinear, plan.window, workspace.rows, workspace.view);
  normalise(workspace.view, /*flip=*/false, table, out);
}

}  // namespace rdm
