// The first layers of a ResNet.
#pragma once
#include <cstdint>

namespace rdm {

// The layers before layer1. `imagenet`: 7×7 with stride 2, then a max-pool, as published.
// `cifar`: 3×3 with stride 1 and no max-pool, for images of 32 pixels. Source: He et al. 2016,
// section 4.2; solo-learn, whose padding of 2 (34×34 maps) the published figures were made with.
struct Stem {
  enum class Kind { imagenet, cifar };
  Kind kind = Kind::imagenet;
  int64_t cifar_padding = 2;
};

}  // namespace rdm
