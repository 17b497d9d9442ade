#include "optim/adamw.h"

#include <torch/torch.h>

namespace rdm {

void adamw_update(const Update& update, const std::vector<torch::Tensor>& second_moments,
                  const std::vector<torch::Tensor>& steps, const AdamW& settings, double lr,
                  double weight_decay, const std::optional<torch::Tensor>& found_inf) {
  const torch::NoGradGuard no_grad;
  torch::_foreach_add_(steps, 1);
  at::_fused_adamw_(update.parameters, update.gradients, update.buffers, second_moments,
                    /*max_exp_avg_sqs=*/{}, steps, lr, settings.beta1, settings.beta2, weight_decay,
                    settings.epsilon, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{},
                    found_inf);
  if (!found_inf) return;
  torch::_foreach_sub_(steps, std::vector<torch::Tensor>(steps.size(), found_inf->reshape({})));
}

void clip_gradients(const std::vector<torch::Tensor>& gradients, double norm) {
  if (gradients.empty()) return;
  const torch::NoGradGuard no_grad;
  const auto norms = torch::stack(torch::_foreach_norm(gradients));
  torch::_foreach_mul_(gradients, (norm / (norms + 1e-6)).clamp_max(1).unbind());
}

}  // namespace rdm
