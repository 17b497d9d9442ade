// Seconds per training step of a method with its defaults, on random images.
//   rdm_bench method METHOD ARCH[/cifar] SIZE COUNT SMALL BATCH fp32|bf16 WARMUP STEPS
// prints the median and the last loss. COUNT small crops of SMALL pixels beside two of SIZE.
#include <torch/torch.h>

#include "bench.h"
#include "device/memory.h"
#include "methods/table.h"
#include "train/self_supervised.h"

namespace rdm::bench {
namespace {

// The widths that the command line has for the method.
MethodOptions defaults_of(const std::string& name) {
  MethodOptions options;
  options.zero_init_residual = name == "simsiam";
  if (name == "simsiam") return options;
  options.proj_hidden_dim = 2048;
  if (name == "byol") {
    options.name = MethodName::byol;
    options.dim = 256;
    options.proj_hidden_dim = options.pred_dim = 4096;
  } else if (name == "swav") {
    options.name = MethodName::swav;
    options.dim = 128;
    options.queue_size = 3840;
    options.frozen_prototypes_epochs = 0;
  } else if (name == "dino") {
    options.name = MethodName::dino;
    options.dim = 256;
    options.prototypes = 4096;
    options.frozen_prototypes_epochs = 0;
  } else {
    options.name = name == "barlow" ? MethodName::barlow : MethodName::vicreg;
  }
  return options;
}

}  // namespace

void method(const Arguments& arguments) {
  const auto line = read_line(
      arguments, 9,
      "rdm_bench method METHOD ARCH[/cifar] SIZE COUNT SMALL BATCH fp32|bf16 WARMUP STEPS");
  const std::string network = line.text(1), arch = network.substr(0, network.find('/'));
  const int64_t size = line.number(2), count = line.number(3), small = line.number(4);
  const int64_t batch = line.number(5), warmup = line.number(7), steps = line.number(8);

  keep_freed_memory();
  torch::manual_seed(0);
  PretrainOptions options;
  options.method = defaults_of(line.text(0));
  options.arch = options.method.arch = arch;
  if (arch != network) options.stem.kind = options.method.stem.kind = Stem::Kind::cifar;
  options.precision = std::string(line.text(6)) == "bf16" ? Precision::bf16 : Precision::fp32;
  options.batch_size = batch;
  options.crop_size = size;
  options.small_crops.assign(static_cast<size_t>(count), {.size = small});
  options.epochs = 1;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.weight_decay = 1e-4;
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/warmup + steps, line.device,
                         /*group=*/nullptr);
  learner.train(true);

  DeviceBatch data;
  data.labels = torch::zeros({batch}, torch::kInt64).to(line.device);
  for (int64_t view = 0; view < 2 + count; ++view) {
    const int64_t side = view < 2 ? size : small;
    const auto images = torch::randn({batch, 3, side, side}).to(line.device);
    data.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  std::vector<double> times;
  double loss = 0;
  for (int64_t step = 0; step < warmup + steps; ++step) {
    StepResult result;
    const double taken = seconds_of(line.device, [&] { result = learner.step(data, {0, step}); });
    if (step >= warmup) times.push_back(taken);
    loss = result.loss.item<double>();
  }
  std::printf("%.6f %.6f\n", median(times), loss);
}

}  // namespace rdm::bench
