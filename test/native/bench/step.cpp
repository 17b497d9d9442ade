// Seconds per training step (two views, `poly online` with sigma 1, dim 2048) on random images.
//   rdm_bench step ARCH[/cifar] SIZE BATCH fp32|bf16 WARMUP STEPS [--device NAME]
// prints the median, and that of measuring the ranks of a step's outputs. /cifar: with that stem.
#include <torch/torch.h>

#include "bench.h"
#include "device/memory.h"
#include "train/rank_monitor.h"
#include "train/self_supervised.h"

namespace rdm::bench {

void step(const Arguments& arguments) {
  const auto line =
      read_line(arguments, 6, "rdm_bench step ARCH[/cifar] SIZE BATCH fp32|bf16 WARMUP STEPS");
  const int64_t size = line.number(1), batch = line.number(2);
  const int64_t warmup = line.number(4), steps = line.number(5);
  const std::string network = line.text(0), arch = network.substr(0, network.find('/'));

  keep_freed_memory();
  torch::manual_seed(0);
  PretrainOptions options;
  options.arch = options.method.arch = arch;
  if (arch != network) options.stem.kind = options.method.stem.kind = Stem::Kind::cifar;
  options.method.filter = parse_filter("poly", "online", 1, "own", false, "auto");
  options.precision = std::string(line.text(3)) == "bf16" ? Precision::bf16 : Precision::fp32;
  options.batch_size = batch;
  options.crop_size = size;
  options.epochs = 1;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.weight_decay = 1e-4;
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/warmup + steps, line.device,
                         /*group=*/nullptr);
  learner.train(true);

  DeviceBatch data;
  data.labels = torch::zeros({batch}, torch::kInt64).to(line.device);
  for (int view = 0; view < 2; ++view) {
    const auto images = torch::randn({batch, 3, size, size}).to(line.device);
    data.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  std::vector<double> training, measuring;
  for (int64_t step = 0; step < warmup + steps; ++step) {
    StepResult result;
    const double taken = seconds_of(line.device, [&] { result = learner.step(data, {0, step}); });
    const double ranks = seconds_of(
        line.device, [&] { measure_rank(result.first, /*epoch=*/0, step, /*group=*/nullptr); });
    if (step < warmup) continue;
    training.push_back(taken);
    measuring.push_back(ranks);
  }
  std::printf("%.6f %.6f\n", median(training), median(measuring));
}

}  // namespace rdm::bench
