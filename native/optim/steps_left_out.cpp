#include "optim/steps_left_out.h"

#include <torch/torch.h>

namespace rdm {

StepsLeftOut::StepsLeftOut(torch::Device device)
    : this_update_(torch::zeros({1}, torch::TensorOptions(torch::kFloat32).device(device))),
      count_(torch::zeros_like(this_update_)) {}

void StepsLeftOut::see(const torch::Tensor& sound) {
  const torch::NoGradGuard no_grad;
  const auto unsound = sound.logical_not().to(torch::kFloat32);
  torch::maximum_out(this_update_, this_update_, unsound);
  count_.add_(unsound);
}

int64_t StepsLeftOut::take_count() {
  const auto count = static_cast<int64_t>(count_.item<float>());
  count_.zero_();
  return count;
}

}  // namespace rdm
