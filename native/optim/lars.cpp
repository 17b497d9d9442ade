#include "optim/lars.h"

#include <torch/torch.h>

namespace rdm {
namespace {

struct Layers {
  std::vector<torch::Tensor> parameters, gradients;
};

// What layer-wise rates hold for: everything but biases and norms.
Layers layers_of(const Update& update) {
  Layers layers;
  for (size_t i = 0; i < update.parameters.size(); ++i) {
    if (update.parameters[i].dim() == 1) continue;
    layers.parameters.push_back(update.parameters[i]);
    layers.gradients.push_back(update.gradients[i]);
  }
  return layers;
}

}  // namespace

void lars_update(const Update& update, const LarsSettings& settings,
                 const std::optional<torch::Tensor>& found_inf) {
  const torch::NoGradGuard no_grad;
  const auto layers = layers_of(update);
  if (!layers.parameters.empty()) {
    const auto p = torch::stack(torch::_foreach_norm(layers.parameters));
    const auto g = torch::stack(torch::_foreach_norm(layers.gradients));
    const auto moving = (p != 0).logical_and(g != 0);
    const auto ratio = settings.eta * p / (g + settings.weight_decay * p + 1e-8) / settings.lr;
    const auto q = torch::where(moving, ratio.clamp_max(1), 1.0);
    const auto decay = torch::where(moving, q * settings.weight_decay, 0.0);
    torch::_foreach_mul_(layers.gradients, q.unbind());
    torch::_foreach_add_(layers.gradients, torch::_foreach_mul(layers.parameters, decay.unbind()));
  }
  at::_fused_sgd_(update.parameters, update.gradients, update.buffers, /*weight_decay=*/0,
                  settings.momentum, settings.lr, /*dampening=*/0, /*nesterov=*/false,
                  /*maximize=*/false, /*is_first_step=*/false, /*grad_scale=*/{}, found_inf);
}

}  // namespace rdm
