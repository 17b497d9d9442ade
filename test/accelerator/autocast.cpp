// Autocast, by the lists of CUDA.
#include <ATen/autocast_mode.h>
#include <torch/library.h>
#include <torch/torch.h>

namespace {

TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFallthrough());
}

TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1, m) {
#define RDM_LOWER_PRECISION(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, lower_precision_fp)
#define RDM_FP32(...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, fp32)
  AT_FORALL_LOWER_PRECISION_FP(RDM_LOWER_PRECISION)
  AT_FORALL_FP32(RDM_FP32)
}

}  // namespace
