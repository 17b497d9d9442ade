// From decoded pixels to a normalised view in the batch.
#pragma once
#include <array>
#include <vector>

#include "data/pixels/augmentation.h"
#include "data/pixels/planes.h"
#include "data/pixels/resample.h"
#include "data/pixels/rescale.h"

namespace rdm {

// The buffers that a worker reuses from image to image, so that nothing is allocated in the long
// run.
struct Workspace {
  ResizeScratch resize;
  RescaleScratch rescale;
  std::vector<uint8_t> blur;
  Planes view;
};

// Applies the colour operations of a view, which come after its crop and before its flip.
void recolour(Planes& view, const Draw& draw, std::vector<uint8_t>& scratch);

// Writes (height, width, 3) float32, equal to torchvision's ToTensor and Normalize, and mirrored
// where `flip` is set.
void normalise(const Planes& view, bool flip, const Statistics& statistics, float* out);

// What it makes of each byte, (256, 3): one value for each colour.
std::array<float, 256 * 3> normal_values(const Statistics& statistics);

// Writes (height, width, 3) bytes as they are, and mirrored where `flip` is set.
void interleave(const Planes& view, bool flip, uint8_t* out);

// Makes the view of `source` that was drawn, or its centre view: (size, size, 3) at `out`, float32
// and normalised, or bytes as they are.
void apply(const RandomView& view, const Draw& draw, const Decoded& source,
           const Statistics& statistics, Workspace& workspace, float* out);
void apply(const CentreView& view, const Decoded& source, const Statistics& statistics,
           Workspace& workspace, float* out);
void apply(const RandomView& view, const Draw& draw, const Decoded& source, Workspace& workspace,
           uint8_t* out);
void apply(const CentreView& view, const Decoded& source, Workspace& workspace, uint8_t* out);

}  // namespace rdm
