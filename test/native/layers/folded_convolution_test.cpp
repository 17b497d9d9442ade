// Convolution, shortcut and ReLU of a network for inference, in one pass.
#include "layers/folded_convolution.h"

#include "check.h"
#include "device/device.h"
#include "models/resnet.h"

using namespace rdm;

namespace {

struct Shape {
  const char* name;
  int64_t in, out, kernel, stride, groups;
};

const std::vector<Shape> kShapes{{"1x1", 16, 24, 1, 1, 1},
                                 {"3x3, stride 2", 16, 24, 3, 2, 1},
                                 {"7x7 of three channels", 3, 8, 7, 2, 1},
                                 {"3x3 in groups", 32, 32, 3, 1, 4}};

torch::nn::Conv2d convolution(const Shape& of, torch::ScalarType type) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(of.in, of.out, of.kernel)
                             .stride(of.stride)
                             .padding(of.kernel / 2)
                             .groups(of.groups));
  conv->to(type);
  for (auto& parameter : conv->parameters()) parameter.set_requires_grad(false);
  return conv;
}

}  // namespace

TEST_CASE("a rectified convolution is the convolution, the sum and the ReLU one after the other") {
  torch::manual_seed(1);
  for (const auto type : {torch::kFloat32, torch::kFloat64}) {
    for (const auto& of : kShapes) {
      CAPTURE(of.name);
      auto conv = convolution(of, type);
      const auto x =
          torch::randn({3, of.in, 15, 15}, type).contiguous(torch::MemoryFormat::ChannelsLast);
      const auto plain = conv->forward(x);
      const auto shortcut = torch::randn_like(plain);
      // Rounding: a sum may be taken in another order.
      const auto near = [](const torch::Tensor& a, const torch::Tensor& b) {
        return torch::allclose(a, b, 1e-5, 1e-6);
      };
      CHECK(near(rectified_convolution(*conv, x), plain.clamp_min(0)));
      CHECK(
          near(rectified_convolution(*conv, x, shortcut.clone()), (plain + shortcut).clamp_min(0)));
    }
  }
}

TEST_CASE("a rectified convolution of weights that are no numbers is none") {
  for (const auto precision : {Precision::fp32, Precision::bf16}) {
    for (const auto& of : kShapes) {
      CAPTURE(of.name);
      auto conv = convolution(of, torch::kFloat32);
      conv->weight.slice(0, 0, 1).fill_(NAN);
      const Autocast autocast(torch::kCPU, precision);
      const auto x = torch::randn({3, of.in, 15, 15});
      const auto alone = rectified_convolution(*conv, x);
      const auto summed = rectified_convolution(*conv, x, torch::zeros_like(alone));
      CHECK(alone.select(1, 0).isnan().all().item<bool>());
      CHECK(summed.select(1, 0).isnan().all().item<bool>());
      CHECK(alone.slice(1, 1).isfinite().all().item<bool>());
    }
  }
}

TEST_CASE("a rectified convolution is in the type of autocast") {
  torch::manual_seed(1);
  for (const auto& of : kShapes) {
    CAPTURE(of.name);
    auto conv = convolution(of, torch::kFloat32);
    const auto x = torch::randn({3, of.in, 15, 15}).contiguous(torch::MemoryFormat::ChannelsLast);
    const auto exact = conv->forward(x).clamp_min(0);
    const Autocast autocast(torch::kCPU, Precision::bf16);
    const auto made = rectified_convolution(*conv, x);
    CHECK((made.scalar_type() == torch::kBFloat16));
    CHECK(torch::allclose(made.to(torch::kFloat32), exact, 2e-2, 2e-2));  // 8 bits
  }
}

TEST_CASE("a network with its batch norms folded has the features it had") {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  for (const auto* arch : {"resnet18", "resnet50", "resnext50_32x4d"}) {
    for (const auto stem : {Stem::Kind::imagenet, Stem::Kind::cifar}) {
      CAPTURE(arch);
      ResNet network(find_architecture(arch), ResNetOptions{.stem = {.kind = stem}});
      network->features(torch::randn({4, 3, 64, 64}));  // moves the running statistics
      network->eval();
      const auto images = torch::randn({2, 3, 64, 64});
      const auto before = network->features(images);
      network->fold_for_inference();
      CHECK(torch::allclose(network->features(images), before, 1e-4, 1e-5));
    }
  }
}
