// The convolution of the ResNets beside torch's.
#include "layers/convolution.h"

#include <torch/torch.h>

#include "check.h"
#include "device/device.h"

using namespace rdm;

namespace {

struct Geometry {
  int64_t kernel, stride, padding, groups;
};

torch::nn::Conv2dOptions options_of(const Geometry& of, int64_t in = 32, int64_t out = 48) {
  return torch::nn::Conv2dOptions(in, out, of.kernel)
      .stride(of.stride)
      .padding(of.padding)
      .groups(of.groups)
      .bias(false);
}

struct Result {
  torch::Tensor output, of_weight, of_input;
};

// The output, and the gradients of the sum of its squares.
template <typename Layer>
Result differentiated(Layer& conv, const torch::Tensor& x) {
  const auto input = x.detach().clone().requires_grad_();
  conv->zero_grad();
  const auto output = conv->forward(input);
  output.to(conv->weight.scalar_type()).square().sum().backward();
  return {output.detach(), conv->weight.grad().clone(), input.grad()};
}

const std::vector<Geometry> kGeometries{{3, 1, 1, 1}, {3, 2, 1, 1}, {1, 1, 0, 1}, {1, 2, 0, 1},
                                        {7, 2, 3, 1}, {3, 1, 2, 1}, {3, 1, 1, 4}, {3, 2, 1, 4}};

}  // namespace

TEST_CASE("a convolution gives torch's outputs and gradients on maps of every small size") {
  torch::manual_seed(1);
  for (const auto& of : kGeometries) {
    for (int64_t height = 1; height <= 5; ++height) {
      for (const int64_t width : {int64_t{1}, int64_t{2}, height}) {
        CAPTURE(of.kernel);
        CAPTURE(of.stride);
        CAPTURE(of.groups);
        CAPTURE(height);
        CAPTURE(width);
        Convolution ours(options_of(of));
        torch::nn::Conv2d theirs(options_of(of));
        ours->to(torch::kFloat64);
        theirs->to(torch::kFloat64);
        theirs->weight.detach().copy_(ours->weight.detach());
        const auto x = torch::randn({3, 32, height, width}, torch::kFloat64)
                           .contiguous(height % 2 == 0 ? torch::MemoryFormat::ChannelsLast
                                                       : torch::MemoryFormat::Contiguous);
        const auto got = differentiated(ours, x), wanted = differentiated(theirs, x);
        CHECK(torch::allclose(got.output, wanted.output, 1e-12, 1e-12));
        CHECK(torch::allclose(got.of_weight, wanted.of_weight, 1e-12, 1e-12));
        CHECK(torch::allclose(got.of_input, wanted.of_input, 1e-12, 1e-12));
      }
    }
  }
}

TEST_CASE("a 1×1 convolution of many weights gives torch's outputs and gradients") {
  torch::manual_seed(1);
  for (const int64_t stride : {1, 2, 3}) {
    for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
      CAPTURE(stride);
      Convolution ours(options_of({1, stride, 0, 1}, 256, 1024));
      torch::nn::Conv2d theirs(options_of({1, stride, 0, 1}, 256, 1024));
      theirs->weight.detach().copy_(ours->weight.detach());
      const auto x = torch::randn({3, 256, 7, 5}).contiguous(format);
      const auto rounded = [&] {
        const Autocast autocast(torch::kCPU, Precision::bf16);
        return differentiated(ours, x);
      }();
      CHECK((rounded.output.scalar_type() == torch::kBFloat16));
      ours->to(torch::kFloat64);
      theirs->to(torch::kFloat64);
      const auto wanted = differentiated(theirs, x.to(torch::kFloat64));
      const auto got = differentiated(ours, x.to(torch::kFloat64));
      const auto far = [](const torch::Tensor& a, const torch::Tensor& b) {
        return ((a - b).abs().max() / b.abs().max()).item<double>();
      };
      CHECK(far(got.output, wanted.output) < 1e-12);
      CHECK(far(got.of_weight, wanted.of_weight) < 1e-12);
      CHECK(far(got.of_input, wanted.of_input) < 1e-12);
      CHECK(far(rounded.output, wanted.output) < 0.01);
      CHECK(far(rounded.of_weight, wanted.of_weight) < 0.01);
      CHECK(far(rounded.of_input, wanted.of_input) < 0.01);
      CHECK(rounded.output.is_contiguous(format));
    }
  }
}

TEST_CASE("a map that the kernel covers comes out in the memory format in which it came") {
  for (const auto format : {torch::MemoryFormat::Contiguous, torch::MemoryFormat::ChannelsLast}) {
    Convolution conv(options_of({3, 1, 1, 1}));
    CHECK(conv->forward(torch::randn({3, 32, 2, 2}).contiguous(format)).is_contiguous(format));
  }
}

// LibTorch (2.13) leaves parts of this gradient uninitialised on a CPU.
TEST_CASE("gradients in bf16 of a strided convolution of a single pixel are right") {
  torch::manual_seed(1);
  for (const int64_t groups : {1, 4}) {
    CAPTURE(groups);
    Convolution conv(options_of({3, 2, 1, groups}));
    const auto x = torch::randn({64, 32, 1, 1});
    const auto exact = differentiated(conv, x);
    for (int64_t again = 0; again < 8; ++again) {
      torch::full({1 << 16}, 1e30);  // memory that is freed
      const Autocast autocast(torch::kCPU, Precision::bf16);
      const auto made = differentiated(conv, x);
      CHECK((made.output.scalar_type() == torch::kBFloat16));
      const auto far = (made.of_weight - exact.of_weight).abs().max().item<double>();
      CHECK(far < 0.02 * exact.of_weight.abs().max().item<double>());
    }
  }
}
