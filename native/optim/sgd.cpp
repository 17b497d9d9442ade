#include "optim/sgd.h"

#include <torch/torch.h>

namespace rdm {

void Sgd::set_lr(double lr) {
  for (auto& group : groups_) {
    if (!group.fix_lr) group.lr = lr;
  }
}

void Sgd::zero_grad() {
  for (auto& group : groups_) {
    for (auto& parameter : group.parameters) parameter.mutable_grad().reset();
  }
}

void Sgd::step() {
  const torch::NoGradGuard no_grad;
  for (auto& group : groups_) {
    std::vector<torch::Tensor> parameters, gradients, buffers;
    group.momentum_buffers.resize(group.parameters.size());
    for (size_t i = 0; i < group.parameters.size(); ++i) {
      const auto& parameter = group.parameters[i];
      if (!parameter.grad().defined()) continue;
      auto& buffer = group.momentum_buffers[i];
      if (!buffer.defined()) buffer = torch::zeros_like(parameter);
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      buffers.push_back(buffer);
    }
    if (parameters.empty()) continue;
    at::_fused_sgd_(parameters, gradients, buffers, group.weight_decay, group.momentum, group.lr,
                    /*dampening=*/0, /*nesterov=*/false, /*maximize=*/false,
                    /*is_first_step=*/false);
  }
}

}  // namespace rdm
