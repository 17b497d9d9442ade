#include "methods/momentum.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>

namespace rdm {

void start_as_copy(torch::nn::Module& target, const torch::nn::Module& online) {
  const torch::NoGradGuard no_grad;
  auto parameters = target.parameters();
  const auto online_parameters = online.parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    parameters[i].copy_(online_parameters[i]).set_requires_grad(false);
  }
  auto buffers = target.buffers();
  const auto online_buffers = online.buffers();
  for (size_t i = 0; i < buffers.size(); ++i) buffers[i].copy_(online_buffers[i]);
}

void update_momentum(torch::nn::Module& target, const torch::nn::Module& online, double tau) {
  const torch::NoGradGuard no_grad;
  torch::_foreach_lerp_(target.parameters(), online.parameters(), 1 - tau);
}

double momentum_tau(double base, double last, int64_t update, int64_t updates) {
  const double progress = static_cast<double>(update) / static_cast<double>(updates);
  return last - (last - base) * (std::cos(std::numbers::pi * progress) + 1) / 2;
}

}  // namespace rdm
