// A backbone as options describe it, without LibTorch.
#pragma once
#include <cstdint>
#include <string>

namespace rdm {

// The layers of a residual network before layer1. `imagenet`: 7×7 with stride 2, then a max-pool,
// as published. `cifar`: 3×3 with stride 1 and no max-pool, for images of 32 pixels. Source: He et
// al. 2016, section 4.2; solo-learn, whose padding of 2 (34×34 maps) the published figures were
// made with.
struct Stem {
  enum class Kind { imagenet, cifar };
  Kind kind = Kind::imagenet;
  int64_t cifar_padding = 2;
};

// Which backbone, in all that decides over its shape.
struct BackboneSpec {
  std::string arch = "resnet50";
  Stem stem;                 // of a residual network
  int64_t patch_size = 16;   // of a Vision Transformer, in pixels
  int64_t image_size = 224;  // in pixels: a Vision Transformer has a position for each patch
};

}  // namespace rdm
