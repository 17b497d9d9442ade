// The ResNet family with torchvision's module names, so that state dicts match key by key.
// Source: He et al. 2016; torchvision.models.resnet (structure and initialisation order).
#pragma once
#include <torch/nn.h>

#include <array>
#include <string>
#include <vector>

#include "layers/batch_norm.h"
#include "layers/convolution.h"
#include "models/encoder.h"

namespace rdm {

struct Architecture {
  std::string name;
  bool bottleneck;
  std::array<int64_t, 4> blocks;  // residual blocks in layer1 … layer4
  int64_t groups = 1;
  int64_t width_per_group = 64;

  int64_t feature_dim() const { return bottleneck ? 2048 : 512; }
};

// The ten architectures the reference runs.
const std::vector<Architecture>& architectures();

// Throws Code::usage for an unknown name, listing what exists.
const Architecture& find_architecture(const std::string& name);

struct ResNetOptions {
  int64_t num_classes = 1000;
  bool zero_init_residual = false;  // the last batch norm of each residual block starts at 0
  Stem stem;
};

// A residual block, basic (conv1, conv2) or bottleneck (conv1 … conv3).
class BlockImpl : public torch::nn::Module {
 public:
  BlockImpl(const Architecture& arch, int64_t in, int64_t planes, int64_t stride,
            torch::nn::Sequential downsample);
  torch::Tensor forward(torch::Tensor x);  // (N, in, H, W) to (N, out, H/stride, W/stride)
  void zero_init_residual();
  void fold_batch_norm();

 private:
  std::vector<Convolution> convs_;
  std::vector<BatchNorm> norms_;
  torch::nn::Sequential downsample_{nullptr};
  bool folded_ = false;
};
TORCH_MODULE(Block);

class ResNetImpl : public EncoderImpl {
 public:
  ResNetImpl(const Architecture& arch, const ResNetOptions& options);

  torch::Tensor features(torch::Tensor x) override;  // (N, 3, H, W) to (N, feature_dim), pooled

  // Each convolution takes over what its batch norm does with the running statistics.
  void fold_for_inference() override;

 private:
  torch::nn::Sequential make_layer(const Architecture& arch, int64_t planes, int64_t blocks,
                                   int64_t stride);
  void initialise(bool zero_init_residual);

  Stem stem_;
  int64_t in_planes_ = 64;
  Convolution conv1_{nullptr};
  BatchNorm bn1_{nullptr};
  std::vector<torch::nn::Sequential> layers_;
  bool folded_ = false;
};
TORCH_MODULE(ResNet);

}  // namespace rdm
