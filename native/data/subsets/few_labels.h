// Some labels of each class: what is learnt where few images have one.
#pragma once
#include <cstdint>

#include "data/datasets/dataset.h"

namespace rdm {

// At most one of the two says how many.
struct FewLabels {
  double fraction = 1;    // of each class's images, at least one
  int64_t per_class = 0;  // so many of each class; 0: all
  uint64_t seed = 0;      // of which

  bool all() const { return fraction >= 1 && per_class == 0; }
};

// The images that are drawn, in their order; others are as if they had no label. With the same seed
// fewer lie within more. Throws bad_data where a class has fewer images than `per_class`.
Dataset take_labels(Dataset dataset, const FewLabels& few);

}  // namespace rdm
