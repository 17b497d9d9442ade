#include "layers/convolution.h"

#include <torch/torch.h>

#include "layers/as_autocast.h"

namespace rdm {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
namespace F = torch::nn::functional;

// Weights of a 1×1 kernel from which on products of matrices are faster than oneDNN's gradients.
constexpr int64_t kProductPays = 1 << 18;

// One of a convolution's two directions.
struct Axis {
  int64_t size, kernel, stride, padding;

  int64_t outputs() const { return (size + 2 * padding - kernel) / stride + 1; }
  // Where the part of the kernel begins that lies on the map at an output.
  int64_t first_tap(int64_t output) const { return padding - stride * output; }
  // Whether that part is as long as the map at every output.
  bool covered() const { return first_tap(outputs() - 1) >= 0 && padding + size <= kernel; }
  // Whether an output sees a single pixel.
  bool pointwise() const { return kernel == 1 && padding == 0; }

  std::vector<int64_t> list() const { return {size, kernel, stride, padding}; }
  static Axis of(const torch::IValue& list) {
    const auto values = list.toIntVector();
    return {values[0], values[1], values[2], values[3]};
  }
};

// Views of the part of a kernel (out, k, k, in) that lies on the map, (out, H, W, in), one for each
// position of the output.
std::vector<Tensor> views(const Tensor& kernel, const Axis& rows, const Axis& columns) {
  std::vector<Tensor> windows;
  for (int64_t row = 0; row < rows.outputs(); ++row) {
    const auto band = kernel.narrow(1, rows.first_tap(row), rows.size);
    for (int64_t column = 0; column < columns.outputs(); ++column) {
      windows.push_back(band.narrow(2, columns.first_tap(column), columns.size));
    }
  }
  return windows;
}

// The same, (positions, out, H, W, in).
struct Windows : torch::autograd::Function<Windows> {
  static Tensor forward(AutogradContext* context, const Tensor& kernel, const Axis& rows,
                        const Axis& columns) {
    context->saved_data["rows"] = rows.list();
    context->saved_data["columns"] = columns.list();
    return torch::stack(views(kernel, rows, columns));
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto rows = Axis::of(context->saved_data["rows"]);
    const auto columns = Axis::of(context->saved_data["columns"]);
    const auto& of_windows = gradients[0];
    const auto gradient =
        torch::zeros({of_windows.size(1), rows.kernel, columns.kernel, of_windows.size(4)},
                     of_windows.options());
    const auto windows = views(gradient, rows, columns);
    for (size_t i = 0; i < windows.size(); ++i)
      windows[i].add_(of_windows[static_cast<int64_t>(i)]);
    return {gradient, {}, {}};
  }
};

// windows: (positions, out, H, W, in / groups); to (N, positions, out). LibTorch has no product of
// matrices in groups but a convolution.
Tensor in_groups(const Tensor& x, const Tensor& windows, int64_t groups) {
  std::vector<Tensor> outputs;
  for (const auto& window : windows.permute({0, 1, 4, 2, 3}).unbind()) {
    outputs.push_back(F::conv2d(x, window, F::Conv2dFuncOptions().groups(groups)).flatten(1));
  }
  return torch::stack(outputs, 1);
}

Tensor of_map(const Tensor& x, const Tensor& weight, const Axis& rows, const Axis& columns,
              int64_t groups) {
  const auto windows = Windows::apply(weight.permute({0, 2, 3, 1}), rows, columns);
  const auto y = groups > 1 ? in_groups(x, windows, groups)
                            : torch::linear(x.permute({0, 2, 3, 1}).flatten(1),
                                            windows.flatten(0, 1).flatten(1));
  return y.view({x.size(0), rows.outputs(), columns.outputs(), weight.size(0)})
      .permute({0, 3, 1, 2})
      .contiguous(x.suggest_memory_format());
}

// (N, C, H, W) as (N·H·W, C); without a copy where it is channels_last.
Tensor pixels(const Tensor& x) {
  return x.permute({0, 2, 3, 1}).flatten(0, 2);
}

// Every `stride`-th pixel in both directions.
Tensor every(int64_t stride, const Tensor& x) {
  return x.slice(2, {}, {}, stride).slice(3, {}, {}, stride);
}

// A 1×1 convolution of x (N, in, H, W) by weight (out, in, 1, 1), whose gradients are products of
// matrices of pixels.
struct Pointwise : torch::autograd::Function<Pointwise> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight,
                        int64_t stride) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    return torch::conv2d(x, weight, /*bias=*/{}, stride);
  }

  static variable_list backward(AutogradContext* context, const variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &dy = gradients[0];
    const auto stride = context->saved_data["stride"].toInt();
    const auto dseen = torch::mm(pixels(dy), weight.flatten(1))
                           .view({dy.size(0), dy.size(2), dy.size(3), x.size(1)})
                           .permute({0, 3, 1, 2});
    auto dx = dseen;
    if (stride > 1) {
      dx = torch::zeros_like(x);
      every(stride, dx).copy_(dseen);
    }
    const auto dweight = torch::mm(pixels(dy).t(), pixels(every(stride, x)));
    return {dx, dweight.view(weight.sizes()), {}};
  }
};

}  // namespace

Tensor ConvolutionImpl::forward(const Tensor& x) {
  const auto& padding = std::get<torch::ExpandingArray<2>>(options.padding());
  const auto axis = [&](int64_t at) {
    return Axis{x.size(at + 2), weight.size(at + 2), options.stride()->at(at), padding->at(at)};
  };
  const auto rows = axis(0), columns = axis(1);
  if (bias.defined()) return Conv2dImpl::forward(x);
  if (rows.covered() && columns.covered())
    return of_map(x, weight, rows, columns, options.groups());
  if (rows.pointwise() && columns.pointwise() && options.groups() == 1 &&
      weight.numel() >= kProductPays && x.is_contiguous(torch::MemoryFormat::ChannelsLast))
    return Pointwise::apply(as_autocast(x), as_autocast(weight), rows.stride);
  return Conv2dImpl::forward(x);
}

}  // namespace rdm
