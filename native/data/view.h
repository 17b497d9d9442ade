// From decoded pixels to a normalised view in the batch.
#pragma once
#include <array>
#include <vector>

#include "data/planes.h"
#include "data/recipe.h"
#include "data/resample.h"

namespace rdm {

// What a worker reuses from image to image, so that nothing is allocated in the steady state.
struct Workspace {
  ResizeScratch resize;
  std::vector<uint8_t> blur;
  Planes view;
};

// float32 of every grey level in each channel, equal to torchvision's ToTensor and Normalize.
using NormaliseTable = std::array<std::array<float, 256>, 3>;
NormaliseTable normalise_table(const Statistics& statistics);

// The colour operations of a view, after its crop and before its flip.
void recolour(Planes& view, const Draw& draw, std::vector<uint8_t>& scratch);

// To (height, width, 3) float32, mirrored where `flip` is set.
void normalise(const Planes& view, bool flip, const NormaliseTable& table, float* out);

// The view of `source` that was drawn: (size, size, 3) float32 at `out`.
void apply(const RandomView& view, const Draw& draw, const Decoded& source,
           const NormaliseTable& table, Workspace& workspace, float* out);
void apply(const CentreView& view, const Decoded& source, const NormaliseTable& table,
           Workspace& workspace, float* out);

}  // namespace rdm
