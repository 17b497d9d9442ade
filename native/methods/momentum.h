// The momentum network: an exponential moving average of the online one.
// Source: Grill et al. 2020, equation 1 and section 3.2 (the schedule of tau); solo-learn.
#pragma once
#include <torch/nn.h>

namespace rdm {

// Copies parameters and buffers of `online` into `target`, whose parameters take no gradient from
// here on.
void start_as_copy(torch::nn::Module& target, const torch::nn::Module& online);

// target ← tau · target + (1 − tau) · online. Parameters alone: the target's batch norms keep the
// running statistics of what it saw itself.
void update_momentum(torch::nn::Module& target, const torch::nn::Module& online, double tau);

// last − (last − base) (cos(π k / K) + 1) / 2 for update k of K, from 0: base at first, near `last`
// at the end.
double momentum_tau(double base, double last, int64_t update, int64_t updates);

}  // namespace rdm
