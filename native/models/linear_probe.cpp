#include "models/linear_probe.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {

int64_t piece_of(int64_t image_size) {
  constexpr int64_t kSide = 8 * 224;
  const int64_t across = std::max<int64_t>(1, kSide / image_size);
  return across * across;
}

Encoder classifying_network(const BackboneSpec& backbone, int64_t classes) {
  auto network = make_network(backbone, classes);
  torch::nn::init::normal_(network->classifier()->weight, 0, 0.01);
  torch::nn::init::zeros_(network->classifier()->bias);
  return network;
}

void LinearProbe::freeze() {
  network_->eval();
  for (auto& parameter : network_->parameters()) parameter.set_requires_grad(false);
  for (auto& parameter : classifier()->parameters()) parameter.set_requires_grad(true);
  network_->fold_for_inference();
  frozen_output_ = pattern_features();
}

torch::Tensor LinearProbe::features(const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> parts;
  for (const auto& piece : images.split(piece_of(images.size(-1)))) {
    parts.push_back(network_->features(piece));
  }
  return parts.size() == 1 ? parts.front() : torch::cat(parts);
}

torch::Tensor LinearProbe::forward(const torch::Tensor& images) {
  return classifier()->forward(features(images));
}

// The backbone's features of two fixed images.
torch::Tensor LinearProbe::pattern_features() {
  const torch::NoGradGuard no_grad;
  const auto pattern = torch::linspace(-2, 2, 2 * 3 * 64 * 64).view({2, 3, 64, 64});
  return network_->features(pattern.to(classifier()->weight.device()));
}

bool LinearProbe::unchanged() {
  return torch::allclose(pattern_features(), frozen_output_, 1e-4, 1e-5);
}

}  // namespace rdm
