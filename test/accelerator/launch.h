// A kernel: an operator that the CPU carries out, on the device's memory, when its turn in the
// stream comes.
#pragma once
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

namespace rdm::simulated {

// Queues the operator with the arguments on the stack, and leaves there what it returns. Where the
// host needs a value of it, it waits.
void launch(const c10::OperatorHandle& op, torch::jit::Stack* stack);

// The same for an operator whose kernel is that of another one, which takes the same arguments.
void launch_as(const c10::OperatorHandle& op, const c10::OperatorHandle& kernel,
               torch::jit::Stack* stack);

// The same memory as a CPU tensor; a CPU scalar as a copy.
at::Tensor on_cpu(const at::Tensor& tensor);

}  // namespace rdm::simulated
