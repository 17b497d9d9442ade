#include "methods/momentum.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>

namespace rdm {

void start_as_copy(torch::nn::Module& target, const torch::nn::Module& online) {
  const torch::NoGradGuard no_grad;
  auto ours = target.parameters();
  const auto theirs = online.parameters();
  for (size_t i = 0; i < ours.size(); ++i) ours[i].copy_(theirs[i]).set_requires_grad(false);
  auto our_buffers = target.buffers();
  const auto their_buffers = online.buffers();
  for (size_t i = 0; i < our_buffers.size(); ++i) our_buffers[i].copy_(their_buffers[i]);
}

void follow(torch::nn::Module& target, const torch::nn::Module& online, double tau) {
  const torch::NoGradGuard no_grad;
  torch::_foreach_lerp_(target.parameters(), online.parameters(), 1 - tau);
}

double momentum_tau(double base, double last, int64_t update, int64_t updates) {
  const double progress = static_cast<double>(update) / static_cast<double>(updates);
  return last - (last - base) * (std::cos(std::numbers::pi * progress) + 1) / 2;
}

}  // namespace rdm
