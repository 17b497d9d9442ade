#include "launch.h"

#include <torch/torch.h>

#include <set>
#include <sstream>

#include "memory.h"
#include "simulated.h"
#include "streams.h"

namespace rdm::simulated {
namespace {

using c10::IValue;
using torch::jit::Stack;

bool on_device(const at::Tensor& tensor) {
  return tensor.defined() && tensor.device().type() == c10::kPrivateUse1;
}

// Applies `change` to every tensor of a value, whose kind stays.
template <typename Change>
IValue map_tensors(const IValue& value, Change change) {
  if (value.isTensor()) return change(value.toTensor());
  if (value.isTensorList()) {
    c10::List<at::Tensor> out;
    for (const at::Tensor& tensor : value.toTensorVector()) out.push_back(change(tensor));
    return out;
  }
  if (value.isOptionalTensorList()) {
    c10::List<std::optional<at::Tensor>> out;
    for (const std::optional<at::Tensor>& tensor : value.toOptionalTensorVector()) {
      out.push_back(tensor ? std::optional(change(*tensor)) : std::nullopt);
    }
    return out;
  }
  return value;
}

template <typename Visit>
void for_tensors(const IValue& value, Visit visit) {
  map_tensors(value, [&](const at::Tensor& tensor) {
    if (tensor.defined()) visit(tensor);
    return tensor;
  });
}

// As CUDA's kernels do: all tensors are on one device, which the kernel runs on whatever the
// current one is. Scalars may come from the host.
c10::Device device_of(const std::string& name, const Stack& arguments) {
  std::optional<c10::Device> found;
  for (const auto& argument : arguments) {
    if (argument.isDevice() && !found) found = argument.toDevice();
    for_tensors(argument, [&](const at::Tensor& tensor) {
      if (tensor.is_cpu() && tensor.dim() == 0) return;
      TORCH_CHECK(on_device(tensor), name, ": a tensor is on ", tensor.device());
      TORCH_CHECK(
          !found || *found == tensor.device(), name,
          ": Expected all tensors to be on the same device, but found at least two devices, ",
          *found, " and ", tensor.device());
      found = tensor.device();
    });
  }
  return found && found->has_index() ? *found : current_device();
}

void run(const c10::OperatorHandle& kernel, Stack& stack) {
  const at::AutoDispatchBelowADInplaceOrView below_autograd;
  const c10::impl::ExcludeDispatchKeyGuard without_autocast(c10::autocast_dispatch_keyset);
  const at::NoGradGuard no_grad;
  kernel.callBoxed(stack);
}

// Of a tensor, all but its values.
struct Shape {
  std::vector<int64_t> sizes, strides;
  at::ScalarType type = at::ScalarType::Undefined;  // of a tensor that is undefined
};

Shape shape_of(const at::Tensor& tensor) {
  if (!tensor.defined()) return {};
  return {tensor.sizes().vec(), tensor.strides().vec(), tensor.scalar_type()};
}

at::Tensor make(const Shape& shape, c10::Device device) {
  if (shape.type == at::ScalarType::Undefined) return {};
  return at::empty_strided(shape.sizes, shape.strides,
                           at::TensorOptions(shape.type).device(device));
}

// What an operator returns, by the shapes of its arguments alone: found by running it on zeros,
// once. A return that is an argument has no shape here.
using Shapes = std::vector<std::vector<Shape>>;

std::string describe(const std::string& name, const Stack& arguments) {
  std::ostringstream out;
  out << name;
  for (const auto& argument : arguments) {
    bool tensors = false;
    for_tensors(argument, [&](const at::Tensor& tensor) {
      out << '|' << tensor.scalar_type() << tensor.sizes() << tensor.strides();
      tensors = true;
    });
    if (!tensors && !argument.isTensor() && !argument.isGenerator()) out << '|' << argument;
  }
  return out.str();
}

at::Tensor zeros_like(const at::Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  auto zeros =
      at::empty_strided(tensor.sizes(), tensor.strides(), at::TensorOptions(tensor.scalar_type()))
          .zero_();
  if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) {
    zeros.unsafeGetTensorImpl()->set_wrapped_number(true);
  }
  return zeros;
}

IValue on_host(const IValue& value) {
  return value.isDevice() ? IValue(c10::Device(c10::kCPU)) : value;
}

const Shapes& shapes_of(const c10::OperatorHandle& kernel, const std::string& name,
                        const Stack& arguments) {
  static auto* const known = new std::map<std::string, Shapes>;
  const auto key = describe(name, arguments);
  if (const auto found = known->find(key); found != known->end()) return found->second;
  Stack stack;
  for (const auto& argument : arguments) {
    stack.push_back(on_host(map_tensors(argument, zeros_like)));
  }
  run(kernel, stack);
  Shapes shapes;
  for (const auto& value : stack) {
    auto& shape = shapes.emplace_back();
    map_tensors(value, [&](const at::Tensor& tensor) {
      shape.push_back(shape_of(tensor));
      return tensor;
    });
  }
  return (*known)[key] = shapes;
}

// The argument that a return is: a result that is written in place, or to `out`.
std::optional<size_t> argument_of(const c10::FunctionSchema& schema, const c10::Argument& result) {
  if (!result.alias_info()) return std::nullopt;
  for (size_t i = 0; i < schema.arguments().size(); ++i) {
    const auto* alias = schema.arguments()[i].alias_info();
    if (alias && alias->beforeSet() == result.alias_info()->beforeSet()) {
      TORCH_CHECK(alias->isWrite(), schema.name(), " is a view, which is no kernel");
      return i;
    }
  }
  return std::nullopt;
}

bool is_mask(const IValue& value) {
  bool found = false;
  if (!value.isOptionalTensorList()) return false;
  for_tensors(value, [&](const at::Tensor& t) { found |= t.scalar_type() == at::kBool; });
  return found;
}

// Whether the host needs to know a value: CUDA waits for these as well.
bool is_read(const c10::FunctionSchema& schema, const Stack& arguments) {
  static const std::set<std::string> by_nature{"aten::_linalg_svd", "aten::nonzero",
                                               "aten::masked_select"};
  if (by_nature.contains(schema.name())) return true;
  for (const auto& result : schema.returns()) {
    const auto kind = result.type()->kind();
    if (kind != c10::TypeKind::TensorType && kind != c10::TypeKind::ListType) return true;
  }
  return std::ranges::any_of(arguments, is_mask);
}

std::vector<at::Tensor> tensors_of(const IValue& value) {
  std::vector<at::Tensor> out;
  map_tensors(value, [&](const at::Tensor& tensor) {
    out.push_back(tensor);
    return tensor;
  });
  return out;
}

void read(const c10::OperatorHandle& kernel, Stack arguments, Stack* stack, c10::Device device) {
  ++counters().host_reads;
  const auto stream = current_stream(device);
  finish(stream);
  run(kernel, arguments);
  for (const auto& value : arguments) {
    stack->push_back(map_tensors(value, [&](const at::Tensor& made) {
      const auto out = make(shape_of(made), device);
      if (out.defined()) enqueue(stream, [to = on_cpu(out), made] { to.copy_(made); });
      return out;
    }));
  }
}

}  // namespace

at::Tensor on_cpu(const at::Tensor& tensor) {
  if (!tensor.defined()) return tensor;
  if (!on_device(tensor)) {
    const auto copy = tensor.clone();
    if (tensor.unsafeGetTensorImpl()->is_wrapped_number()) {
      copy.unsafeGetTensorImpl()->set_wrapped_number(true);
    }
    return copy;
  }
  return at::from_blob(seen_by_kernels(tensor.unsafeGetTensorImpl()->storage().data()),
                       tensor.sizes(), tensor.strides(), tensor.storage_offset(), nullptr,
                       at::TensorOptions(tensor.scalar_type()));
}

void launch_as(const c10::OperatorHandle& op, const c10::OperatorHandle& kernel, Stack* stack) {
  const Lock lock;
  const auto& schema = op.schema();
  const auto& name = schema.name();
  const size_t count = kernel.schema().arguments().size();
  Stack arguments = torch::jit::pop(*stack, count);
  const auto device = device_of(name, arguments);
  const c10::DeviceGuard guard(device);
  const auto stream = current_stream(device);
  ++counters().kernels[name];

  const auto seen = [&] {
    Stack out;
    for (size_t i = 0; i < arguments.size(); ++i) {
      out.push_back(on_host(map_tensors(arguments[i], on_cpu)));
      if (kernel.schema().arguments()[i].name() == "generator" && out.back().isNone()) {
        out.back() = at::globalContext().defaultGenerator(device);
      }
    }
    return out;
  };
  if (is_read(schema, arguments)) return read(kernel, seen(), stack, device);

  // Results that are new, and those of `out` that are still empty, have to be made.
  std::vector<std::optional<size_t>> given;
  bool fits = true;
  for (const auto& result : schema.returns()) {
    given.push_back(argument_of(schema, result));
    fits = fits && given.back() &&
           (!schema.arguments()[*given.back()].is_out() ||
            arguments[*given.back()].toTensor().numel() > 0);
  }
  std::vector<IValue> results;
  const Shapes* shapes =
      fits ? nullptr : &shapes_of(kernel, name + schema.overload_name(), arguments);
  for (size_t i = 0; i < given.size(); ++i) {
    if (given[i]) {
      results.push_back(arguments[*given[i]]);
      if (shapes) results.back().toTensor().resize_((*shapes)[i][0].sizes);
    } else if (schema.returns()[i].type()->kind() == c10::TypeKind::ListType) {
      c10::List<at::Tensor> made;
      for (const auto& shape : (*shapes)[i]) made.push_back(make(shape, device));
      results.emplace_back(std::move(made));
    } else {
      results.emplace_back(make((*shapes)[i][0], device));
    }
  }
  std::vector<std::vector<at::Tensor>> filled;  // as kernels see them; none for what is in place
  for (size_t i = 0; i < given.size(); ++i) {
    auto& to = filled.emplace_back();
    if (given[i]) continue;
    for (const auto& tensor : tensors_of(results[i])) to.push_back(on_cpu(tensor));
  }
  enqueue(stream, [kernel, call = seen(), filled]() mutable {
    run(kernel, call);
    for (size_t i = 0; i < filled.size(); ++i) {
      const auto made = tensors_of(call[i]);
      for (size_t j = 0; j < filled[i].size(); ++j) {
        if (filled[i][j].defined()) filled[i][j].copy_(made[j]);
      }
    }
  });
  for (auto& result : results) stack->push_back(std::move(result));
}

void launch(const c10::OperatorHandle& op, Stack* stack) {
  launch_as(op, op, stack);
}

}  // namespace rdm::simulated
