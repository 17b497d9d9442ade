#include "layers/folded_convolution.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

#include "layers/as_autocast.h"

namespace rdm {
namespace {

using torch::Tensor;

// oneDNN's ReLU makes a zero of what is no number, and weights that are damaged would go unseen;
// the leaky one lets it through, and this slope is far below rounding.
constexpr double kSlope = 1e-30;

// An operation of oneDNN in LibTorch, which has no function of its own in C++; nothing where
// LibTorch was built without oneDNN.
std::optional<c10::OperatorHandle> onednn(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}

template <typename... Arguments>
torch::IValue call(const c10::OperatorHandle& operation, Arguments&&... arguments) {
  torch::jit::Stack stack{torch::IValue(std::forward<Arguments>(arguments))...};
  operation.callBoxed(stack);
  return stack.front();
}

bool computes(torch::ScalarType type) {
  static const auto supports_bf16 = onednn("mkldnn::_is_mkldnn_bf16_supported");
  if (!at::globalContext().userEnabledMkldnn()) return false;
  if (type == torch::kBFloat16) return supports_bf16 && call(*supports_bf16).toBool();
  return type == torch::kFloat32;
}

}  // namespace

Tensor rectified_convolution(torch::nn::Conv2dImpl& conv, const Tensor& x, Tensor shortcut) {
  static const auto alone = onednn("mkldnn::_convolution_pointwise");
  static const auto onto = onednn("mkldnn::_convolution_pointwise_", "binary");
  const auto input = as_autocast(x);
  if (!x.is_cpu() || !alone || !onto || !computes(input.scalar_type())) {
    auto y = conv.forward(x);
    if (shortcut.defined()) y.add_(shortcut);
    return torch::relu_(y);
  }
  const auto& options = conv.options;
  const auto& padding = std::get<torch::ExpandingArray<2>>(options.padding());
  const c10::List<std::optional<at::Scalar>> slope{at::Scalar(kSlope)}, no_scalars;
  const std::optional<std::string> none;
  const auto list = [](const torch::ExpandingArray<2>& both) {
    return std::vector<int64_t>(both->begin(), both->end());
  };
  if (!shortcut.defined()) {
    return call(*alone, input, as_autocast(conv.weight), as_autocast(conv.bias), list(padding),
                list(options.stride()), list(options.dilation()), options.groups(), "leaky_relu",
                slope, none)
        .toTensor();
  }
  auto sum =
      call(*onto, shortcut, input, as_autocast(conv.weight), as_autocast(conv.bias), list(padding),
           list(options.stride()), list(options.dilation()), options.groups(), "add",
           /*alpha=*/1.0, none, no_scalars, none)
          .toTensor();
  return torch::relu_(sum);
}

}  // namespace rdm
