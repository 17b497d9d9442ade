#include "layers/convolution.h"

#include <torch/torch.h>

namespace rdm {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
namespace F = torch::nn::functional;

// One of a convolution's two directions.
struct Axis {
  int64_t size, kernel, stride, padding;

  int64_t outputs() const { return (size + 2 * padding - kernel) / stride + 1; }
  // Where the part of the kernel begins that lies on the map at an output.
  int64_t first_tap(int64_t output) const { return padding - stride * output; }
  // Whether that part is as long as the map at every output.
  bool covered() const { return first_tap(outputs() - 1) >= 0 && padding + size <= kernel; }

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

}  // namespace

Tensor ConvolutionImpl::forward(const Tensor& x) {
  const auto& padding = std::get<torch::ExpandingArray<2>>(options.padding());
  const auto axis = [&](int64_t at) {
    return Axis{x.size(at + 2), weight.size(at + 2), options.stride()->at(at), padding->at(at)};
  };
  const auto rows = axis(0), columns = axis(1);
  if (bias.defined() || !rows.covered() || !columns.covered()) return Conv2dImpl::forward(x);
  const auto windows = Windows::apply(weight.permute({0, 2, 3, 1}), rows, columns);
  const auto y = options.groups() > 1 ? in_groups(x, windows, options.groups())
                                      : torch::linear(x.permute({0, 2, 3, 1}).flatten(1),
                                                      windows.flatten(0, 1).flatten(1));
  return y.view({x.size(0), rows.outputs(), columns.outputs(), weight.size(0)})
      .permute({0, 3, 1, 2})
      .contiguous(x.suggest_memory_format());
}

}  // namespace rdm
