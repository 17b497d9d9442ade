// Seconds per LARS update of the tensors of a resnet50.
//   rdm_bench_lars WARMUP STEPS      prints the median
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "models/resnet.h"
#include "optim/sgd.h"

using namespace rdm;

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: rdm_bench_lars WARMUP STEPS\n");
    return 2;
  }
  const int warmup = std::atoi(argv[1]), steps = std::atoi(argv[2]);
  torch::manual_seed(0);
  ResNet network(find_architecture("resnet50"), ResNetOptions{});
  SgdGroup group;
  group.parameters = network->parameters();
  group.lr = 0.3;
  group.weight_decay = 1e-5;
  group.lars_eta = 0.02;
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
  std::printf("%.6f\n", seconds[seconds.size() / 2]);
}
