#include "models/network_size.h"

#include <algorithm>

namespace rdm {
namespace {

// Follows the image through the layers, as ResNetImpl builds them.
class Counter {
 public:
  explicit Counter(int64_t image_size) : side_(image_size) {}

  // A convolution with its batch norm, of the features at hand; `beside`: these stay at hand.
  void conv(int64_t in, int64_t out, int64_t kernel, int64_t stride, int64_t padding,
            int64_t groups = 1, bool beside = false) {
    const int64_t side = (side_ + 2 * padding - kernel) / stride + 1;
    const double output = area(out, side);
    size_.parameters += static_cast<double>(out * (in / groups) * kernel * kernel + 4 * out);
    size_.outputs += output;
    size_.largest = std::max(size_.largest, output);
    if (!beside) side_ = side;
  }

  void max_pool(int64_t channels) {
    side_ = (side_ - 1) / 2 + 1;
    size_.pooled = area(channels, side_);
  }

  void block(const Architecture& arch, int64_t in, int64_t planes, int64_t stride) {
    const int64_t out = planes * (arch.bottleneck ? 4 : 1);
    if (stride != 1 || in != out) conv(in, out, 1, stride, 0, /*groups=*/1, /*beside=*/true);
    if (arch.bottleneck) {
      const int64_t width = planes * arch.width_per_group / 64 * arch.groups;
      conv(in, width, 1, 1, 0);
      conv(width, width, 3, stride, 1, arch.groups);
      conv(width, out, 1, 1, 0);
    } else {
      conv(in, planes, 3, stride, 1);
      conv(planes, planes, 3, 1, 1);
    }
    size_.widest = std::max(size_.widest, area(out, side_));
  }

  const NetworkSize& size() const { return size_; }

 private:
  static double area(int64_t channels, int64_t side) {
    return static_cast<double>(channels) * static_cast<double>(side) * static_cast<double>(side);
  }

  int64_t side_;  // of the features at hand
  NetworkSize size_;
};

}  // namespace

NetworkSize size_of(const Architecture& arch, const Stem& stem, int64_t image_size) {
  Counter counter(image_size);
  if (stem.kind == Stem::Kind::cifar) {
    counter.conv(3, 64, 3, 1, stem.cifar_padding);
  } else {
    counter.conv(3, 64, 7, 2, 3);
    counter.max_pool(64);
  }
  int64_t in = 64;
  for (size_t layer = 0; layer < arch.blocks.size(); ++layer) {
    const int64_t planes = int64_t{64} << layer;
    for (int64_t i = 0; i < arch.blocks[layer]; ++i) {
      counter.block(arch, in, planes, i == 0 && layer > 0 ? 2 : 1);
      in = planes * (arch.bottleneck ? 4 : 1);
    }
  }
  return counter.size();
}

// Of a block, for each token: its input, both norms', qkv's (three), the attention's and the sum
// behind it, and of the MLP what GELU takes and what it makes (four each), which are sixteen.
NetworkSize size_of(const VitArchitecture& arch, int64_t patch_size, int64_t image_size) {
  const auto width = static_cast<double>(arch.width), depth = static_cast<double>(arch.depth);
  const auto patch = static_cast<double>(patch_size);
  const auto side = static_cast<double>(image_size / patch_size);
  const double tokens = 1 + side * side;
  NetworkSize size;
  size.parameters = (3 * patch * patch + 1) * width + (1 + tokens) * width +
                    depth * (12 * width + 13) * width + 2 * width;
  size.outputs = depth * 8 * tokens * width;
  size.largest = size.widest = 4 * tokens * width;
  return size;
}

NetworkSize size_of(const BackboneSpec& backbone) {
  const auto& [arch, stem, patch_size, image_size] = backbone;
  if (const auto* vit = find_vit(arch)) return size_of(*vit, patch_size, image_size);
  return size_of(find_architecture(arch), stem, image_size);
}

}  // namespace rdm
