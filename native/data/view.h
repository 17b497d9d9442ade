// From decoded pixels to a normalised view in the batch.
#pragma once
#include <array>

#include "data/image.h"
#include "data/recipe.h"

namespace rdm {

// What a worker reuses from image to image, so that nothing is allocated in the steady state.
struct Workspace {
  Image rows;     // after the horizontal pass of a resize
  Image view;     // the view before it is normalised
  Image scratch;  // a second one, for the blur
};

// float32 of every grey level in each channel, equal to torchvision's ToTensor and Normalize.
using NormaliseTable = std::array<std::array<float, 256>, 3>;
NormaliseTable normalise_table(const Statistics& statistics);

// The view of `source` that was drawn: (size, size, 3) float32 at `out`.
void apply(const RandomView& view, const Draw& draw, const Pixels& source,
           const NormaliseTable& table, Workspace& workspace, float* out);
void apply(const CentreView& view, const Pixels& source, const NormaliseTable& table,
           Workspace& workspace, float* out);

}  // namespace rdm
