#include "models/resnet.h"

#include <torch/torch.h>

#include "base/error.h"
#include "layers/folded_convolution.h"

namespace rdm {
namespace {

Convolution conv(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t groups = 1) {
  return Convolution(torch::nn::Conv2dOptions(in, out, kernel)
                         .stride(stride)
                         .padding(kernel / 2)
                         .groups(groups)
                         .bias(false));
}

// y = γ (conv(x) − μ) / √(σ² + ε) + β as one convolution. Only the tensors that forward reads are
// replaced; the registered parameters stay as they are.
void fold(Convolution& conv, const BatchNorm& norm) {
  const torch::NoGradGuard no_grad;
  const auto scale = norm->weight * (norm->running_var + norm->options.eps()).rsqrt();
  conv->bias = norm->bias - norm->running_mean * scale;
  conv->weight =
      (conv->weight * scale.view({-1, 1, 1, 1})).contiguous(conv->weight.suggest_memory_format());
}

}  // namespace

const std::vector<Architecture>& architectures() {
  static const std::vector<Architecture> all{
      {"resnet18", false, {2, 2, 2, 2}},
      {"resnet34", false, {3, 4, 6, 3}},
      {"resnet50", true, {3, 4, 6, 3}},
      {"resnet101", true, {3, 4, 23, 3}},
      {"resnet152", true, {3, 8, 36, 3}},
      {"resnext50_32x4d", true, {3, 4, 6, 3}, 32, 4},
      {"resnext101_32x8d", true, {3, 4, 23, 3}, 32, 8},
      {"resnext101_64x4d", true, {3, 4, 23, 3}, 64, 4},
      {"wide_resnet50_2", true, {3, 4, 6, 3}, 1, 128},
      {"wide_resnet101_2", true, {3, 4, 23, 3}, 1, 128},
  };
  return all;
}

const Architecture& find_architecture(const std::string& name) {
  std::string known;
  for (const auto& arch : architectures()) {
    if (arch.name == name) return arch;
    known += (known.empty() ? "" : ", ") + arch.name;
  }
  throw Error(Code::usage, message("unknown architecture '", name, "'"), "choose one of: " + known);
}

BlockImpl::BlockImpl(const Architecture& arch, int64_t in, int64_t planes, int64_t stride,
                     torch::nn::Sequential downsample) {
  if (arch.bottleneck) {
    const int64_t width = planes * arch.width_per_group / 64 * arch.groups;
    convs_ = {conv(in, width, 1, 1), conv(width, width, 3, stride, arch.groups),
              conv(width, planes * 4, 1, 1)};
  } else {
    convs_ = {conv(in, planes, 3, stride), conv(planes, planes, 3, 1)};
  }
  for (size_t i = 0; i < convs_.size(); ++i) {
    const auto number = std::to_string(i + 1);
    norms_.emplace_back(convs_[i]->options.out_channels());
    register_module("conv" + number, convs_[i]);
    register_module("bn" + number, norms_[i]);
  }
  if (!downsample.is_empty()) downsample_ = register_module("downsample", downsample);
}

torch::Tensor BlockImpl::forward(torch::Tensor x) {
  auto shortcut = downsample_.is_empty() ? x : downsample_->forward(x);
  for (size_t i = 0; i < convs_.size(); ++i) {
    const auto beside = i + 1 < convs_.size() ? torch::Tensor() : std::exchange(shortcut, {});
    x = folded_ ? rectified_convolution(*convs_[i], x, beside)
                : norms_[i]->rectified(convs_[i]->forward(x), beside);
  }
  return x;
}

void BlockImpl::zero_init_residual() {
  torch::nn::init::zeros_(norms_.back()->weight);
}

void BlockImpl::fold_batch_norm() {
  for (size_t i = 0; i < convs_.size(); ++i) fold(convs_[i], norms_[i]);
  if (!downsample_.is_empty()) {
    Convolution projection(downsample_->ptr<ConvolutionImpl>(0));
    fold(projection, std::dynamic_pointer_cast<BatchNormImpl>(downsample_->ptr(1)));
    downsample_ = torch::nn::Sequential(projection);
  }
  folded_ = true;
}

ResNetImpl::ResNetImpl(const Architecture& arch, const ResNetOptions& options)
    : stem_(options.stem) {
  const auto stem = stem_.kind == Stem::Kind::cifar
                        ? torch::nn::Conv2dOptions(3, 64, 3).stride(1).padding(stem_.cifar_padding)
                        : torch::nn::Conv2dOptions(3, 64, 7).stride(2).padding(3);
  conv1_ = register_module("conv1", Convolution(torch::nn::Conv2dOptions(stem).bias(false)));
  bn1_ = register_module("bn1", BatchNorm(64));
  for (size_t i = 0; i < arch.blocks.size(); ++i) {
    const auto layer = make_layer(arch, int64_t{64} << i, arch.blocks[i], i == 0 ? 1 : 2);
    layers_.push_back(register_module("layer" + std::to_string(i + 1), layer));
  }
  add_head("fc", arch.feature_dim(), options.num_classes);
  initialise(options.zero_init_residual);
}

torch::nn::Sequential ResNetImpl::make_layer(const Architecture& arch, int64_t planes,
                                             int64_t blocks, int64_t stride) {
  const int64_t out = planes * (arch.bottleneck ? 4 : 1);
  torch::nn::Sequential layer;
  for (int64_t i = 0; i < blocks; ++i) {
    torch::nn::Sequential downsample{nullptr};
    if (i == 0 && (stride != 1 || in_planes_ != out)) {
      downsample = torch::nn::Sequential(conv(in_planes_, out, 1, stride), BatchNorm(out));
    }
    layer->push_back(Block(arch, in_planes_, planes, i == 0 ? stride : 1, downsample));
    in_planes_ = out;
  }
  return layer;
}

// Draws convolutions in torchvision's order, which is that of modules(). Batch norms already start
// at weight 1 and bias 0.
void ResNetImpl::initialise(bool zero_init_residual) {
  for (const auto& module : modules(/*include_self=*/false)) {
    if (auto* convolution = module->as<torch::nn::Conv2dImpl>()) {
      torch::nn::init::kaiming_normal_(convolution->weight, 0, torch::kFanOut, torch::kReLU);
    } else if (auto* block = module->as<BlockImpl>(); block && zero_init_residual) {
      block->zero_init_residual();
    }
  }
}

torch::Tensor ResNetImpl::features(torch::Tensor x) {
  x = folded_ ? rectified_convolution(*conv1_, x) : bn1_->rectified(conv1_->forward(x));
  if (stem_.kind == Stem::Kind::imagenet) {
    x = torch::max_pool2d(x, /*kernel_size=*/3, /*stride=*/2, /*padding=*/1);
  }
  for (auto& layer : layers_) x = layer->forward(x);
  return torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1);
}

void ResNetImpl::fold_for_inference() {
  fold(conv1_, bn1_);
  for (auto& layer : layers_) {
    for (const auto& block : layer->children()) block->as<BlockImpl>()->fold_batch_norm();
  }
  folded_ = true;
}

}  // namespace rdm
