// Seconds of a filter's forward pass on centred features, N x D, float32; on a CPU, two threads.
//   rdm_bench filter N D LOCATION SIGMA SOLVER WARMUP RUNS [--device NAME]      prints the fastest
#include "spectral/filter.h"

#include <torch/torch.h>

#include "bench.h"

namespace rdm::bench {
namespace {

// As a trained network's: directions of falling size, k^−½, then a batch norm.
torch::Tensor features(int64_t n, int64_t d) {
  const int64_t rank = std::min(n, d);
  const auto size = torch::arange(1, rank + 1, torch::kFloat32).rsqrt();
  const auto x = torch::mm(torch::randn({n, rank}) * size, torch::randn({rank, d}));
  return (x - x.mean(0)) / x.std(0);
}

}  // namespace

void filter(const Arguments& arguments) {
  const auto line =
      read_line(arguments, 7, "rdm_bench filter N D LOCATION SIGMA SOLVER WARMUP RUNS");
  const auto spec =
      parse_filter("poly", line.text(2), std::atof(line.text(3)), "own", false, line.text(4));
  const int64_t warmup = line.number(5), runs = line.number(6);
  torch::set_num_threads(2);
  torch::manual_seed(0);
  const auto x = features(line.number(0), line.number(1)).to(line.device);
  const torch::NoGradGuard no_grad;
  std::vector<double> seconds;
  for (int64_t run = 0; run < warmup + runs; ++run) {
    const double taken =
        seconds_of(line.device, [&] { Filter({x, /*first_row=*/0}, spec).apply(x); });
    if (run >= warmup) seconds.push_back(taken);
  }
  std::printf("%.6f\n", *std::min_element(seconds.begin(), seconds.end()));
}

}  // namespace rdm::bench
