// Seconds per training step (two views, `poly online` with sigma 1, dim 2048) on random images.
//   rdm_bench_step ARCH SIZE BATCH fp32|bf16 WARMUP STEPS
// prints the median, and that of measuring the ranks of a step's outputs.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "device/memory.h"
#include "train/rank_monitor.h"
#include "train/self_supervised.h"

using namespace rdm;

namespace {

template <typename Work>
double seconds_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) {
    std::fprintf(stderr, "usage: rdm_bench_step ARCH SIZE BATCH fp32|bf16 WARMUP STEPS\n");
    return 2;
  }
  const int64_t size = std::atoll(argv[2]), batch = std::atoll(argv[3]);
  const int warmup = std::atoi(argv[5]), steps = std::atoi(argv[6]);

  keep_freed_memory();
  torch::manual_seed(0);
  PretrainOptions options;
  options.arch = options.method.arch = argv[1];
  options.method.filter = parse_filter("poly", "online", 1, "own", false, "auto");
  options.precision = std::string(argv[4]) == "bf16" ? Precision::bf16 : Precision::fp32;
  options.batch_size = batch;
  options.crop_size = size;
  options.epochs = 1;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.weight_decay = 1e-4;
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/warmup + steps, torch::kCPU,
                         /*group=*/nullptr);
  learner.train(true);

  DeviceBatch data;
  data.labels = torch::zeros({batch}, torch::kInt64);
  for (int view = 0; view < 2; ++view) {
    data.views.push_back(
        torch::randn({batch, 3, size, size}).contiguous(torch::MemoryFormat::ChannelsLast));
  }
  std::vector<double> training, measuring;
  for (int step = 0; step < warmup + steps; ++step) {
    StepResult result;
    const double taken = seconds_of([&] { result = learner.step(data, {0, step}); });
    const double ranks =
        seconds_of([&] { measure_rank(result.first, /*epoch=*/0, step, /*group=*/nullptr); });
    if (step < warmup) continue;
    training.push_back(taken);
    measuring.push_back(ranks);
  }
  std::printf("%.6f %.6f\n", median(training), median(measuring));
}
