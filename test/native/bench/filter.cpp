// Seconds of a filter's forward pass on centred features, N x D, float32, two threads.
//   rdm_bench_filter N D LOCATION SIGMA SOLVER WARMUP RUNS      prints the fastest
#include "spectral/filter.h"

#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace rdm;

namespace {

// As a trained network's: directions of falling size, k^−½, then a batch norm.
torch::Tensor features(int64_t n, int64_t d) {
  const int64_t rank = std::min(n, d);
  const auto size = torch::arange(1, rank + 1, torch::kFloat32).rsqrt();
  const auto x = torch::mm(torch::randn({n, rank}) * size, torch::randn({rank, d}));
  return (x - x.mean(0)) / x.std(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr, "usage: rdm_bench_filter N D LOCATION SIGMA SOLVER WARMUP RUNS\n");
    return 2;
  }
  const auto spec = parse_filter("poly", argv[3], std::atof(argv[4]), "own", false, argv[5]);
  const int warmup = std::atoi(argv[6]), runs = std::atoi(argv[7]);
  torch::set_num_threads(2);
  torch::manual_seed(0);
  const auto x = features(std::atoll(argv[1]), std::atoll(argv[2]));
  const torch::NoGradGuard no_grad;
  std::vector<double> seconds;
  for (int run = 0; run < warmup + runs; ++run) {
    const auto start = std::chrono::steady_clock::now();
    Filter({x, /*first_row=*/0}, spec).apply(x);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (run >= warmup) seconds.push_back(taken.count());
  }
  std::printf("%.6f\n", *std::min_element(seconds.begin(), seconds.end()));
}
