#include "models/vit.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "spectral/precision.h"

namespace rdm {
namespace {

constexpr double kStd = 0.02;  // of initial weights and positions

torch::nn::LayerNorm layer_norm(int64_t width) {
  return torch::nn::LayerNorm(torch::nn::LayerNormOptions({width}).eps(1e-6));
}

// Attention of each token to all, in several heads side by side.
class AttentionImpl : public torch::nn::Module {
 public:
  AttentionImpl(int64_t width, int64_t heads) : heads_(heads) {
    qkv_ = register_module("qkv", torch::nn::Linear(width, 3 * width));
    project_ = register_module("proj", torch::nn::Linear(width, width));
  }

  torch::Tensor forward(const torch::Tensor& x) {  // (N, T, D) to (N, T, D)
    const int64_t n = x.size(0), tokens = x.size(1), width = x.size(2);
    const auto qkv = qkv_->forward(x)
                         .view({n, tokens, 3, heads_, width / heads_})
                         .permute({2, 0, 3, 1, 4});  // (3, N, heads, T, D / heads)
    const auto y = torch::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]);
    return project_->forward(y.transpose(1, 2).reshape({n, tokens, width}));
  }

 private:
  int64_t heads_;
  torch::nn::Linear qkv_{nullptr}, project_{nullptr};
};
TORCH_MODULE(Attention);

// x + attention(norm1(x)), then x + mlp(norm2(x)).
class TransformerBlockImpl : public torch::nn::Module {
 public:
  TransformerBlockImpl(int64_t width, int64_t heads) {
    norm1_ = register_module("norm1", layer_norm(width));
    attention_ = register_module("attn", Attention(width, heads));
    norm2_ = register_module("norm2", layer_norm(width));
    torch::nn::Sequential mlp;
    mlp->push_back("fc1", torch::nn::Linear(width, 4 * width));
    mlp->push_back("act", torch::nn::GELU());
    mlp->push_back("fc2", torch::nn::Linear(4 * width, width));
    mlp_ = register_module("mlp", mlp);
  }

  torch::Tensor forward(torch::Tensor x) {  // (N, T, D) to (N, T, D)
    x = x + attention_->forward(norm1_->forward(x));
    return x + mlp_->forward(norm2_->forward(x));
  }

 private:
  torch::nn::LayerNorm norm1_{nullptr}, norm2_{nullptr};
  Attention attention_{nullptr};
  torch::nn::Sequential mlp_{nullptr};
};
TORCH_MODULE(TransformerBlock);

// A normal distribution cut at ±2, as torch.nn.init.trunc_normal_ draws it where that is out of
// reach: 100 standard deviations.
void draw_truncated_normal(torch::Tensor tensor) {
  const torch::NoGradGuard no_grad;
  tensor.uniform_(-1, 1).erfinv_().mul_(kStd * std::numbers::sqrt2).clamp_(-2, 2);
}

// Patches along a side of the square that these positions are for; 0 for those of no square.
int64_t side_of(const torch::Tensor& positions) {
  if (positions.dim() != 3 || positions.size(0) != 1) return 0;
  const int64_t patches = positions.size(1) - 1;
  const auto side = std::llround(std::sqrt(static_cast<double>(std::max<int64_t>(patches, 0))));
  return side * side == patches ? side : 0;
}

}  // namespace

const std::vector<VitArchitecture>& vit_architectures() {
  static const std::vector<VitArchitecture> all{
      {"vit_tiny", 192, 12, 3}, {"vit_small", 384, 12, 6}, {"vit_base", 768, 12, 12}};
  return all;
}

const VitArchitecture* find_vit(const std::string& name) {
  const auto& all = vit_architectures();
  const auto found = std::ranges::find(all, name, &VitArchitecture::name);
  return found == all.end() ? nullptr : &*found;
}

VisionTransformerImpl::VisionTransformerImpl(const VitArchitecture& arch, const VitOptions& options)
    : patch_size_(options.patch_size), side_(options.image_size / options.patch_size) {
  const int64_t width = arch.width;
  cls_token_ = register_parameter("cls_token", torch::empty({1, 1, width}));
  pos_embed_ = register_parameter("pos_embed", torch::empty({1, 1 + side_ * side_, width}));
  embed_ = torch::nn::Conv2d(
      torch::nn::Conv2dOptions(3, width, patch_size_).stride(patch_size_).padding(0));
  torch::nn::Sequential patches;
  patches->push_back("proj", embed_);
  register_module("patch_embed", patches);
  blocks_ = register_module("blocks", torch::nn::Sequential());
  for (int64_t i = 0; i < arch.depth; ++i) {
    blocks_->push_back(TransformerBlock(width, arch.heads));
  }
  norm_ = register_module("norm", layer_norm(width));
  add_head("head", width, options.num_classes);
  initialise();
}

// In timm's order: positions, class token, then the linear layers, head included. The first layer
// and the norms stay as they were made.
void VisionTransformerImpl::initialise() {
  draw_truncated_normal(pos_embed_);
  torch::nn::init::normal_(cls_token_, /*mean=*/0, /*std=*/1e-6);
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* linear = module->as<torch::nn::LinearImpl>()) {
      draw_truncated_normal(linear->weight);
      torch::nn::init::zeros_(linear->bias);
    }
  }
}

torch::Tensor VisionTransformerImpl::features(torch::Tensor x) {
  const int64_t height = x.size(2), width = x.size(3);
  RDM_CHECK(height % patch_size_ == 0 && width % patch_size_ == 0, Code::usage, "images of ",
            height, " × ", width, " pixels do not divide into patches of ", patch_size_);
  x = embed_->forward(x).flatten(/*start_dim=*/2).transpose(1, 2);  // (N, patches, D)
  x = torch::cat({cls_token_.expand({x.size(0), -1, -1}), x}, /*dim=*/1);
  x = x + resized_positions(pos_embed_, height / patch_size_, width / patch_size_);
  return norm_->forward(blocks_->forward(x).select(/*dim=*/1, 0));
}

void VisionTransformerImpl::fit(StateDict& backbone) const {
  for (auto& [name, tensor] : backbone) {
    if (name != "pos_embed" || side_of(tensor) == 0) continue;
    tensor = resized_positions(tensor, side_, side_);
  }
}

torch::Tensor resized_positions(const torch::Tensor& positions, int64_t rows, int64_t columns) {
  const int64_t side = side_of(positions);
  if (rows == side && columns == side) return positions;
  const auto grid = at_least_float32(positions.slice(/*dim=*/1, 1))
                        .reshape({1, side, side, -1})
                        .permute({0, 3, 1, 2});  // (1, D, side, side)
  const auto resized = at::_upsample_bicubic2d_aa(grid, {rows, columns}, /*align_corners=*/false);
  const auto patches = resized.permute({0, 2, 3, 1}).flatten(1, 2).to(positions.scalar_type());
  return torch::cat({positions.slice(1, 0, 1), patches}, /*dim=*/1);
}

}  // namespace rdm
