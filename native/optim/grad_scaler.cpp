#include "optim/grad_scaler.h"

#include <torch/torch.h>

namespace rdm {

GradScaler::GradScaler(torch::Device device)
    : scale_(torch::full({1}, 65536.0, torch::TensorOptions(torch::kFloat32).device(device))),
      growth_tracker_(torch::zeros({1}, torch::TensorOptions(torch::kInt32).device(device))),
      found_inf_(torch::zeros_like(scale_)) {}

torch::Tensor GradScaler::scale(const torch::Tensor& loss) const {
  return loss * scale_.squeeze();
}

void GradScaler::unscale(std::vector<torch::Tensor> gradients) {
  const torch::NoGradGuard no_grad;
  if (gradients.empty()) return;
  at::_amp_foreach_non_finite_check_and_unscale_(gradients, found_inf_, scale_.reciprocal());
}

std::pair<double, int64_t> GradScaler::state() const {
  return {scale_.item<double>(), growth_tracker_.item<int64_t>()};
}

void GradScaler::restore(double scale, int64_t growth_tracker) {
  scale_.fill_(scale);
  growth_tracker_.fill_(growth_tracker);
}

void GradScaler::update() {
  at::_amp_update_scale_(scale_, growth_tracker_, found_inf_, /*growth_factor=*/2.0,
                         /*backoff_factor=*/0.5, /*growth_interval=*/2000);
  found_inf_.zero_();
}

}  // namespace rdm
