#include "optim/larc.h"

#include <torch/torch.h>

namespace rdm {

void larc_scale(Optimizer& optimizer, double weight_decay, double trust) {
  const torch::NoGradGuard no_grad;
  for (auto& group : optimizer.groups()) {
    for (const auto& parameter : group.parameters) {
      auto gradient = parameter.grad();
      if (!gradient.defined()) continue;
      const auto p = parameter.norm(), g = gradient.norm();
      const auto q = trust * p / (g + weight_decay * p + 1e-8);
      const auto scaled = (gradient + weight_decay * parameter) * q;
      gradient.copy_(torch::where((p != 0).logical_and(g != 0), scaled, gradient));
    }
  }
}

}  // namespace rdm
