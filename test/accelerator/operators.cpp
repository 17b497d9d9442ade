// The operators of the simulated accelerator: what is no kernel by itself, and everything else.
#include <ATen/EmptyTensor.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/resize_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_native.h>
#include <torch/torch.h>

#include "launch.h"
#include "memory.h"
#include "simulated.h"
#include "streams.h"

namespace rdm::simulated {
namespace {

using at::IntArrayRef;
using at::Tensor;
using torch::jit::Stack;

constexpr c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

Tensor empty(IntArrayRef sizes, std::optional<at::ScalarType> type, std::optional<at::Layout>,
             std::optional<at::Device> on, std::optional<bool>,
             std::optional<at::MemoryFormat> format) {
  const c10::OptionalDeviceGuard guard(on);
  return at::detail::empty_generic(sizes, &device_memory(), kKeys, c10::dtype_or_default(type),
                                   format);
}

Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, std::optional<at::ScalarType> type,
                     std::optional<at::Layout>, std::optional<at::Device> on, std::optional<bool>) {
  const c10::OptionalDeviceGuard guard(on);
  return at::detail::empty_strided_generic(sizes, strides, &device_memory(), kKeys,
                                           c10::dtype_or_default(type));
}

Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> offset) {
  return at::native::as_strided_tensorimpl(self, sizes, strides, offset);
}

Tensor reshape_alias(const Tensor& self, c10::SymIntArrayRef sizes, c10::SymIntArrayRef strides) {
  return at::native::_reshape_alias(self, C10_AS_INTARRAYREF_SLOW(sizes),
                                    C10_AS_INTARRAYREF_SLOW(strides));
}

const Tensor& resize(const Tensor& self, c10::SymIntArrayRef sizes,
                     std::optional<at::MemoryFormat> format) {
  return at::native::resize_(self, C10_AS_INTARRAYREF_SLOW(sizes), format);
}

void record_stream(Tensor& self, c10::Stream stream) {
  use_on(self.storage().data(), stream);
}

// The host's memory as it is, without a copy.
Tensor in_place(const Tensor& host) {
  return at::from_blob(host.storage().mutable_data(), host.sizes(), host.strides(),
                       host.storage_offset(), nullptr, at::TensorOptions(host.scalar_type()));
}

// As CUDA copies. Only between memory that is laid out alike, and page-locked on the host, does a
// copy to the device run later; else the host's values are taken at once. The host waits for
// whatever it was not said to go on without, and for values that go to pageable memory.
Tensor copy_from(const Tensor& source, const Tensor& target, bool non_blocking) {
  const Lock lock;
  const at::NoGradGuard no_grad;
  const bool up = source.is_cpu(), down = target.is_cpu();
  const auto device = up ? target.device() : source.device();
  const c10::DeviceGuard guard(device);
  const auto stream = current_stream(device);
  const auto& host = up ? source : target;
  const bool alike =
      source.scalar_type() == target.scalar_type() && source.strides() == target.strides();
  const bool later = non_blocking && alike && (up || down) && is_pinned(host.storage().data());
  if (up || down) ++(up ? counters().to_device : counters().to_host);
  if (!up && !down) {
    TORCH_CHECK(source.device() == target.device(), "a copy between devices");
    ++counters().kernels["aten::copy_"];
  }
  const auto from = up ? (later ? in_place(source) : source.clone()) : on_cpu(source);
  const auto to = down ? in_place(target) : on_cpu(target);
  enqueue(stream, [from, to] { to.copy_(from); });
  if (up && !non_blocking) {
    ++counters().synchronisations[static_cast<size_t>(device.index())];
    finish(stream);
  }
  if (down && !later) {
    ++counters().host_reads;
    finish(stream);
  }
  return target;
}

void convolution(const c10::OperatorHandle& op, Stack* stack) {
  static const auto kernel =
      c10::Dispatcher::singleton().findSchemaOrThrow("aten::convolution", "");
  launch_as(op, kernel, stack);
}

void convolution_backward(const c10::OperatorHandle& op, Stack* stack) {
  static const auto kernel =
      c10::Dispatcher::singleton().findSchemaOrThrow("aten::convolution_backward", "");
  constexpr size_t kArguments = 10, kWeight = 2;
  const auto weight = stack->end() - kArguments + kWeight;
  const std::vector<int64_t> bias_sizes{weight->toTensor().size(0)};
  stack->insert(weight + 1, c10::IValue(bias_sizes));
  launch_as(op, kernel, stack);
}

void kernel(const c10::OperatorHandle& op, Stack* stack) {
  launch(op, stack);
}

// Looks afterwards whether it has converged, as LibTorch's do by this operator.
void decomposition(const c10::OperatorHandle& op, Stack* stack) {
  const auto device =
      torch::jit::peek(*stack, 0, op.schema().arguments().size()).toTensor().device();
  launch(op, stack);
  at::_linalg_check_errors(at::zeros({}, at::TensorOptions(at::kInt).device(device)), "it", true);
}

bool may_move(const Tensor&, const Tensor&) {
  return true;
}

template <auto* function>
torch::CppFunction boxed() {
  return torch::CppFunction::makeFromBoxedFunction<function>();
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(boxed<&kernel>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("_copy_from", copy_from);
  m.impl("as_strided", as_strided);
  m.impl("view", at::native::view);
  m.impl("unfold", at::native::unfold);
  m.impl("_reshape_alias", reshape_alias);
  m.impl("resize_", resize);
  m.impl("record_stream", record_stream);
  // Module::to sets parameters' data, which LibTorch allows only between devices that it knows.
  m.impl("_has_compatible_shallow_copy_type", may_move);
  m.impl("_linalg_eigh", boxed<&decomposition>());
  m.impl("convolution_overrideable", boxed<&convolution>());
  m.impl("convolution_backward_overrideable", boxed<&convolution_backward>());
  // One kernel for all tensors, as on CUDA, and not one for each.
  for (const char* name : {"_foreach_norm.Scalar", "_foreach_mul.List", "_foreach_mul_.List",
                           "_foreach_add_.List", "_foreach_add_.Scalar", "_foreach_lerp_.Scalar"}) {
    m.impl(name, boxed<&kernel>());
  }
}

}  // namespace
}  // namespace rdm::simulated
