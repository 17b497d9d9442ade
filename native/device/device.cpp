#include "device/device.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <cstdlib>
#include <random>

#include "base/error.h"
#include "device/accelerator.h"
#include "device/cuda.h"

namespace rdm {

namespace {

torch::Device find_device(const std::string& name, std::optional<int64_t> gpu) {
  const int64_t count = accelerators();
  const bool cuda = count > 0;
  if (name == "cpu" || (name == "auto" && !cuda && !gpu)) return torch::kCPU;
  RDM_CHECK(name == "cuda" || name == "auto", Code::usage, "unknown --device '", name,
            "' (choose one of: auto, cpu, cuda)");
  if (!cuda) {
    const auto missing = why_no_cuda(cuda_facts());
    throw Error(Code::no_device, message("CUDA was asked for, but ", missing.reason),
                missing.advice + "; --device cpu does without");
  }
  const int64_t index = gpu.value_or(0);
  RDM_CHECK(index >= 0 && index < count, Code::no_device, "--gpu ", index,
            " does not exist; this machine has ", count, " CUDA device(s), numbered from 0");
  return {accelerator(), static_cast<torch::DeviceIndex>(index)};
}

}  // namespace

torch::Device choose_device(const NetworkOptions& options) {
  auto gpu = options.gpu;
  if (const int64_t count = accelerators(); !gpu && options.process && count > 0) {
    gpu = options.process->local_rank % count;  // where each task sees one alone, that one
  }
  const auto device = find_device(options.device, gpu);
  if (options.precision == Precision::fp16 && device.is_cpu()) {
    throw Error(Code::no_device, "--precision fp16 needs a CUDA device",
                "use --precision bf16, which needs no gradient scaling, on a CPU");
  }
  make_current(device);
  at::globalContext().setAllowTF32CuDNN(true);
  at::globalContext().setAllowTF32CuBLAS(false);
  return device;
}

Autocast::Autocast(torch::Device device, Precision precision)
    : type_(device.type()), enabled_(precision != Precision::fp32) {
  if (!enabled_) return;
  at::autocast::set_autocast_dtype(type_,
                                   precision == Precision::fp16 ? torch::kHalf : torch::kBFloat16);
  at::autocast::set_autocast_enabled(type_, true);
}

Autocast::~Autocast() {
  if (!enabled_) return;
  at::autocast::set_autocast_enabled(type_, false);
  at::autocast::clear_cache();
}

uint64_t seed_everything(std::optional<int64_t> seed, Group* group) {
  uint64_t chosen = seed ? static_cast<uint64_t>(*seed) : std::random_device{}();
  if (group && !seed) {
    const auto shared = torch::tensor({static_cast<int64_t>(chosen)}, torch::kInt64);
    group->broadcast(shared, /*from=*/0);
    chosen = static_cast<uint64_t>(shared.item<int64_t>());
  }
  torch::manual_seed(chosen);
  return chosen;
}

void make_deterministic(bool on) {
  at::globalContext().setDeterministicCuDNN(on);
  at::globalContext().setBenchmarkCuDNN(!on);
  // cuBLAS reads it when the first product is made; what the user has chosen stays.
  if (on) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*replace=*/0);
}

}  // namespace rdm
