// Vision Transformers with timm's module names, so that state dicts match key by key. Source:
// Dosovitskiy et al. 2021; timm.models.vision_transformer (structure, initialisation order).
#pragma once
#include <torch/nn.h>

#include <string>
#include <vector>

#include "models/encoder.h"

namespace rdm {

struct VitArchitecture {
  std::string name;
  int64_t width, depth, heads;  // features of a token, blocks, heads of the attention in a block
};

const std::vector<VitArchitecture>& vit_architectures();

const VitArchitecture* find_vit(const std::string& name);  // null where it is none

struct VitOptions {
  int64_t num_classes = 1000;
  int64_t patch_size = 16;
  int64_t image_size = 224;  // of whose patches it has positions
};

class VisionTransformerImpl : public EncoderImpl {
 public:
  VisionTransformerImpl(const VitArchitecture& arch, const VitOptions& options);

  // The class token behind the last norm. Images of any size whose sides are multiples of the
  // patch: the positions are resized where they are of another size.
  torch::Tensor features(torch::Tensor x) override;

  void fit(StateDict& backbone) const override;  // resizes the positions, for good

 private:
  void initialise();

  int64_t patch_size_, side_;         // pixels; patches along a side of image_size
  torch::Tensor cls_token_;           // (1, 1, D)
  torch::Tensor pos_embed_;           // (1, 1 + side², D): of the class token, then row by row
  torch::nn::Conv2d embed_{nullptr};  // patches to tokens
  torch::nn::Sequential blocks_{nullptr};
  torch::nn::LayerNorm norm_{nullptr};
};
TORCH_MODULE(VisionTransformer);

// positions (1, 1 + side², D) for rows × columns patches, (1, 1 + rows · columns, D); the class
// token's stays. Source: timm's resample_abs_pos_embed (bicubic, antialiased).
torch::Tensor resized_positions(const torch::Tensor& positions, int64_t rows, int64_t columns);

}  // namespace rdm
