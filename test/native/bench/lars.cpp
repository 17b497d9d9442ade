// Seconds per LARS update of the tensors of a resnet50, and per update of LibTorch's fused SGD,
// which needs no norms: what reading weights, gradients and momentum and writing two of them costs.
//   rdm_bench_lars WARMUP STEPS      prints the two medians
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "models/resnet.h"
#include "optim/sgd.h"

using namespace rdm;

namespace {

double median_seconds(const std::vector<torch::Tensor>& parameters, std::optional<double> lars_eta,
                      int warmup, int steps) {
  SgdGroup group;
  group.parameters = parameters;
  group.lr = 0.3;
  group.weight_decay = 1e-5;
  group.lars_eta = lars_eta;
  for (auto& parameter : group.parameters) {
    parameter.mutable_grad() = torch::randn_like(parameter) * 0.01;
  }
  Sgd optimizer({group});
  std::vector<double> seconds;
  for (int step = 0; step < warmup + steps; ++step) {
    const auto start = std::chrono::steady_clock::now();
    optimizer.step();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (step >= warmup) seconds.push_back(taken.count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rdm_bench_lars WARMUP STEPS\n");
    return 2;
  }
  const int warmup = std::atoi(argv[1]), steps = std::atoi(argv[2]);
  torch::manual_seed(0);
  ResNet network(find_architecture("resnet50"), ResNetOptions{});
  const double lars = median_seconds(network->parameters(), 0.02, warmup, steps);
  const double sgd = median_seconds(network->parameters(), std::nullopt, warmup, steps);
  std::printf("%.6f %.6f\n", lars, sgd);
}
