#include "optim/finite_guard.h"

#include <torch/torch.h>

namespace rdm {

FiniteGuard::FiniteGuard(torch::Device device)
    : raised_(torch::zeros({1}, torch::TensorOptions(torch::kFloat32).device(device))) {}

void FiniteGuard::see(const torch::Tensor& loss) {
  const torch::NoGradGuard no_grad;
  torch::maximum_out(raised_, raised_, loss.detach().isfinite().logical_not().to(torch::kFloat32));
}

// The sum of all norms is not finite where a single element is not. Norms are never negative, so
// nothing cancels in it, as opposite infinities may in a sum of elements.
void FiniteGuard::see_gradients(const std::vector<torch::Tensor>& gradients) {
  if (gradients.empty()) return;
  const torch::NoGradGuard no_grad;
  see(torch::stack(torch::_foreach_norm(gradients)).sum());
}

}  // namespace rdm
