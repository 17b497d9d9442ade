// How large a backbone is and what it makes of an image, by arithmetic alone.
#pragma once
#include <cstdint>

#include "models/resnet.h"
#include "models/vit.h"

namespace rdm {

// Without the head, in elements. As numbers that do not overflow, whatever the image's size.
struct NetworkSize {
  double parameters = 0;  // with the batch norms' statistics but their counters
  double outputs = 0;     // half of what a backward pass goes by, of one image: of a residual
                          // network, what all convolutions put out
  double largest = 0;     // of the largest output of a layer
  double widest = 0;      // a third of what is at hand in a block, at most
  double pooled = 0;      // that the max-pool puts out; 0 where there is none
};

NetworkSize size_of(const Architecture& arch, const Stem& stem, int64_t image_size);
NetworkSize size_of(const VitArchitecture& arch, int64_t patch_size, int64_t image_size);
NetworkSize size_of(const BackboneSpec& backbone);  // for images of its size

}  // namespace rdm
