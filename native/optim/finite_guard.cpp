#include "optim/finite_guard.h"

#include <torch/torch.h>

namespace rdm {

FiniteGuard::FiniteGuard(torch::Device device)
    : raised_(torch::zeros({1}, torch::TensorOptions(torch::kFloat32).device(device))) {}

void FiniteGuard::see(const torch::Tensor& loss) {
  const torch::NoGradGuard no_grad;
  torch::maximum_out(raised_, raised_, loss.detach().isfinite().logical_not().to(torch::kFloat32));
}

// A sum of norms is not finite where one element is not; it is read only once, unlike a sum of
// elements it cannot cancel.
void FiniteGuard::see_gradients(const std::vector<torch::Tensor>& gradients) {
  if (gradients.empty()) return;
  const torch::NoGradGuard no_grad;
  see(torch::stack(torch::_foreach_norm(gradients)).sum());
}

}  // namespace rdm
