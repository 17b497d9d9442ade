#include "models/linear_probe.h"

#include <torch/torch.h>

namespace rdm {

LinearProbe::LinearProbe(const Architecture& arch, const Stem& stem, int64_t classes)
    : network_(arch, ResNetOptions{.num_classes = classes, .stem = stem}) {
  torch::nn::init::normal_(fc()->weight, 0, 0.01);
  torch::nn::init::zeros_(fc()->bias);
}

void LinearProbe::freeze() {
  network_->eval();
  for (auto& parameter : network_->parameters()) parameter.set_requires_grad(false);
  for (auto& parameter : fc()->parameters()) parameter.set_requires_grad(true);
  network_->fold_batch_norm();
  frozen_output_ = pattern_features();
}

torch::Tensor LinearProbe::forward(const torch::Tensor& images) {
  torch::Tensor features;
  {
    const torch::NoGradGuard no_grad;
    features = network_->features(images);
  }
  return fc()->forward(features);
}

// The backbone's features of two fixed images.
torch::Tensor LinearProbe::pattern_features() {
  const torch::NoGradGuard no_grad;
  const auto pattern = torch::linspace(-2, 2, 2 * 3 * 64 * 64).view({2, 3, 64, 64});
  return network_->features(pattern.to(fc()->weight.device()));
}

bool LinearProbe::unchanged() {
  return torch::allclose(pattern_features(), frozen_output_, 1e-4, 1e-5);
}

}  // namespace rdm
