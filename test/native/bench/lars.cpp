// Seconds per LARS update of the tensors of a resnet50, and per update of LibTorch's fused SGD,
// which needs no norms: what reading weights, gradients and momentum and writing two of them costs.
//   rdm_bench lars WARMUP STEPS [--device NAME]      prints the two medians
#include <torch/torch.h>

#include <optional>

#include "bench.h"
#include "models/resnet.h"
#include "optim/optimizer.h"

namespace rdm::bench {
namespace {

double median_seconds(const std::vector<torch::Tensor>& parameters, std::optional<double> lars_eta,
                      const Line& line) {
  OptimizerGroup group;
  group.parameters = parameters;
  group.lr = 0.3;
  group.weight_decay = 1e-5;
  group.lars_eta = lars_eta;
  for (auto& parameter : group.parameters) {
    parameter.mutable_grad() = torch::randn_like(parameter) * 0.01;
  }
  Optimizer optimizer({group});
  const int64_t warmup = line.number(0), steps = line.number(1);
  std::vector<double> seconds;
  for (int64_t step = 0; step < warmup + steps; ++step) {
    const double taken = seconds_of(line.device, [&] { optimizer.step(); });
    if (step >= warmup) seconds.push_back(taken);
  }
  return median(seconds);
}

}  // namespace

void lars(const Arguments& arguments) {
  const auto line = read_line(arguments, 2, "rdm_bench lars WARMUP STEPS");
  torch::manual_seed(0);
  ResNet network(find_architecture("resnet50"), ResNetOptions{});
  network->to(line.device);
  const double lars = median_seconds(network->parameters(), 0.02, line);
  const double sgd = median_seconds(network->parameters(), std::nullopt, line);
  std::printf("%.6f %.6f\n", lars, sgd);
}

}  // namespace rdm::bench
