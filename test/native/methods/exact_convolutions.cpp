// Convolutions in float64 as one product over the whole batch, for golden trajectories on images so
// small that LibTorch's, an image at a time, reads and writes more weights than it multiplies.
#include <ATen/ops/_slow_conv2d_backward_native.h>
#include <ATen/ops/_slow_conv2d_forward_native.h>
#include <torch/library.h>
#include <torch/torch.h>

#include "check.h"

namespace rdm::test {
namespace {

using torch::Tensor;

// Places and sizes of windows over images (N, C, H, W).
struct Windows {
  at::IntArrayRef kernel, stride, padding;

  // (N, H', W', KH, KW, C), a view of padded (N, H + 2P, W + 2P, C): what each window sees.
  Tensor over(const Tensor& padded) const {
    const auto height = (padded.size(1) - kernel[0]) / stride[0] + 1;
    const auto width = (padded.size(2) - kernel[1]) / stride[1] + 1;
    return padded.as_strided({padded.size(0), height, width, kernel[0], kernel[1], padded.size(3)},
                             {padded.stride(0), padded.stride(1) * stride[0],
                              padded.stride(2) * stride[1], padded.stride(1), padded.stride(2), 1});
  }

  Tensor padded(const Tensor& images) const {
    return torch::constant_pad_nd(images.permute({0, 2, 3, 1}),
                                  {0, 0, padding[1], padding[1], padding[0], padding[0]})
        .contiguous();
  }

  // The sum of what windows, (N·H'·W', KH·KW·C), have of each pixel, (N, C, H, W).
  Tensor summed(const Tensor& rows, const Tensor& images) const {
    auto sums = torch::zeros_like(padded(images));
    const auto of_windows = rows.view(over(sums).sizes());
    for (int64_t y = 0; y < kernel[0]; ++y) {
      for (int64_t x = 0; x < kernel[1]; ++x) {
        over(sums).select(3, y).select(3, x).add_(of_windows.select(3, y).select(3, x));
      }
    }
    return sums.narrow(1, padding[0], images.size(2))
        .narrow(2, padding[1], images.size(3))
        .permute({0, 3, 1, 2});
  }
};

// The dimensions from `first` on as one, and those before it as one.
Tensor as_rows(const Tensor& tensor, int64_t first) {
  return tensor.flatten(first).flatten(0, first - 1);
}

Tensor forward(const Tensor& images, const Tensor& weight, at::IntArrayRef kernel,
               const std::optional<Tensor>& bias, at::IntArrayRef stride, at::IntArrayRef padding) {
  if (weight.scalar_type() != torch::kFloat64) {
    return at::native::slow_conv2d_forward_cpu(images, weight, kernel, bias, stride, padding);
  }
  const Windows windows{kernel, stride, padding};
  const auto seen = windows.over(windows.padded(images));
  auto out = as_rows(seen, 3).mm(as_rows(weight.permute({0, 2, 3, 1}), 1).t());
  if (bias && bias->defined()) out += *bias;
  return out.view({seen.size(0), seen.size(1), seen.size(2), -1}).permute({0, 3, 1, 2});
}

std::tuple<Tensor, Tensor, Tensor> backward(const Tensor& gradient, const Tensor& images,
                                            const Tensor& weight, at::IntArrayRef kernel,
                                            at::IntArrayRef stride, at::IntArrayRef padding,
                                            std::array<bool, 3> wanted) {
  if (weight.scalar_type() != torch::kFloat64) {
    return at::native::slow_conv2d_backward_cpu(gradient, images, weight, kernel, stride, padding,
                                                wanted);
  }
  const Windows windows{kernel, stride, padding};
  const auto of_places = gradient.permute({0, 2, 3, 1}).reshape({-1, weight.size(0)});
  std::tuple<Tensor, Tensor, Tensor> out;
  if (wanted[0]) {
    const auto rows = of_places.mm(as_rows(weight.permute({0, 2, 3, 1}), 1));
    std::get<0>(out) = windows.summed(rows, images);
  }
  if (wanted[1]) {
    std::get<1>(out) = of_places.t()
                           .mm(as_rows(windows.over(windows.padded(images)), 3))
                           .view({weight.size(0), kernel[0], kernel[1], weight.size(1)})
                           .permute({0, 3, 1, 2});
  }
  if (wanted[2]) std::get<2>(out) = of_places.sum(0);
  return out;
}

// LibTorch warns of kernels that take another's place, as these are to.
struct Silence : c10::WarningHandler {
  void process(const c10::Warning&) override {}
};

const auto kInPlace = [] {
  Silence silence;
  const c10::WarningUtils::WarningHandlerGuard guard(&silence);
  auto library = std::make_unique<torch::Library>(torch::Library::IMPL, "aten",
                                                  c10::DispatchKey::CPU, __FILE__, __LINE__);
  library->impl("_slow_conv2d_forward", forward);
  library->impl("_slow_conv2d_backward.output_mask", backward);
  return library;
}();

double distance(const Tensor& a, const Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("the tests' own convolutions in float64 are LibTorch's") {
  torch::manual_seed(1);
  for (const auto& [side, stride, padding] :
       {std::array{3, 1, 1}, std::array{3, 2, 1}, std::array{1, 2, 0}, std::array{7, 2, 3}}) {
    CAPTURE(side);
    const std::array<int64_t, 2> kernel{side, side}, step{stride, stride}, around{padding, padding};
    const auto images = torch::randn({4, 5, 9, 8}, torch::kFloat64);
    const auto weight = torch::randn({6, 5, side, side}, torch::kFloat64);
    const auto bias = torch::randn({6}, torch::kFloat64);
    const auto theirs =
        at::native::slow_conv2d_forward_cpu(images, weight, kernel, bias, step, around);
    CHECK(distance(at::conv2d(images, weight, bias, step, around), theirs) < 1e-12);
    CHECK(distance(forward(images, weight, kernel, bias, step, around), theirs) < 1e-12);
    const auto gradient = torch::randn_like(theirs);
    const std::array<bool, 3> all{true, true, true};
    const auto [x, w, b] = backward(gradient, images, weight, kernel, step, around, all);
    const auto [x_theirs, w_theirs, b_theirs] =
        at::native::slow_conv2d_backward_cpu(gradient, images, weight, kernel, step, around, all);
    CHECK(distance(x, x_theirs) < 1e-12);
    CHECK(distance(w, w_theirs) < 1e-12);
    CHECK(distance(b, b_theirs) < 1e-12);
  }
}

}  // namespace rdm::test
