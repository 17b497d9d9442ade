// How large a ResNet is and what it makes of an image, by arithmetic alone.
#pragma once
#include <cstdint>

#include "models/resnet.h"

namespace rdm {

// Without fc, in elements. As numbers that do not overflow, whatever the image's size.
struct NetworkSize {
  double parameters = 0;  // with the batch norms' statistics but their counters
  double outputs = 0;     // that all convolutions put out for one image
  double largest = 0;     // of the largest of these
  double widest = 0;      // that a block puts out, at most
  double pooled = 0;      // that the max-pool puts out; 0 where there is none
};

NetworkSize size_of(const Architecture& arch, const Stem& stem, int64_t image_size);

}  // namespace rdm
