#include "spectral/unchecked.h"

#include <ATen/ops/_linalg_check_errors_native.h>
#include <torch/library.h>
#include <torch/torch.h>

namespace rdm {
namespace {

thread_local bool unchecked = false;

// The operator by which LibTorch's decompositions look at what LAPACK or cuSOLVER has told.
void check_errors(const torch::Tensor& info, std::string_view name, bool is_matrix) {
  if (!unchecked) at::native::_linalg_check_errors(info, name, is_matrix);
}

TORCH_LIBRARY_IMPL(aten, CPU, m) {
  m.impl("_linalg_check_errors", check_errors);
}
TORCH_LIBRARY_IMPL(aten, CUDA, m) {
  m.impl("_linalg_check_errors", check_errors);
}
TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("_linalg_check_errors", check_errors);
}

}  // namespace

Unchecked::Unchecked() {
  unchecked = true;
}

Unchecked::~Unchecked() {
  unchecked = false;
}

}  // namespace rdm
