#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "device/accelerator.h"
#include "device/device.h"
#include "parts.h"
#include "spectral/filter.h"
#include "train/self_supervised.h"

namespace rdm::device_check {
namespace {

// Milliseconds of a call, many of them in a row, as a run makes them: the host goes ahead.
template <typename Work>
double milliseconds(torch::Device device, int64_t warmup, int64_t times, Work work) {
  for (int64_t i = 0; i < warmup; ++i) work(i);
  wait_for(device);
  const auto start = std::chrono::steady_clock::now();
  for (int64_t i = 0; i < times; ++i) work(warmup + i);
  wait_for(device);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return 1e3 * taken.count() / static_cast<double>(times);
}

// As a trained network's: directions of falling size, k^−½, then a batch norm.
torch::Tensor trained_features(int64_t n, int64_t d) {
  const int64_t rank = std::min(n, d);
  const auto size = torch::arange(1, rank + 1, torch::kFloat32).rsqrt();
  const auto x = torch::mm(torch::randn({n, rank}) * size, torch::randn({rank, d}));
  return (x - x.mean(0)) / x.std(0);
}

struct StepCase {
  const char* network;
  int64_t size, batch;
};

}  // namespace

PretrainOptions network_options(const std::string& network, int64_t size, int64_t batch) {
  PretrainOptions options;
  const auto arch = network.substr(0, network.find('/'));
  options.arch = options.method.arch = arch;
  if (arch != network) options.stem.kind = options.method.stem.kind = Stem::Kind::cifar;
  options.batch_size = batch;
  options.crop_size = size;
  options.epochs = 1;
  options.lr = 0.05;
  options.momentum = 0.9;
  options.weight_decay = 1e-4;
  options.method.filter = parse_filter("poly", "online", 1, "own", false, "auto");
  return options;
}

Answer solvers(const Where& where) {
  torch::manual_seed(0);
  const torch::NoGradGuard no_grad;
  Answer rows = Answer::array();
  for (const int64_t n : where.small ? std::array{16, 32} : std::array{256, 512}) {
    const auto x = trained_features(n, where.small ? 64 : 2048).to(where.device);
    Answer row{{"rows", n}, {"columns", x.size(1)}};
    const auto time = [&](const char* name, double sigma, const char* solver) {
      const auto spec = parse_filter("poly", "online", sigma, "own", false, solver);
      row[name] = milliseconds(where.device, 2, where.small ? 2 : 10, [&](int64_t) {
        Filter({x, /*first_row=*/0, /*gradient=*/true}, spec).apply(x);
      });
    };
    time("product", 2, "auto");
    time("newton", 1, "newton");
    time("eigh", 1, "eigh");
    time("svd", 1, "svd");
    rows.push_back(row);
  }
  return {{"milliseconds", rows}};
}

Answer steps(const Where& where) {
  const std::vector<StepCase> cases =
      where.small ? std::vector<StepCase>{{"resnet50", 32, 4}, {"resnet18/cifar", 32, 8}}
                  : std::vector<StepCase>{{"resnet50", 224, 256}, {"resnet18/cifar", 32, 256}};
  Answer rows = Answer::array();
  make_deterministic(false);
  for (const auto& [network, size, batch] : cases) {
    torch::manual_seed(0);
    auto options = network_options(network, size, batch);
    options.precision = Precision::bf16;
    const int64_t warmup = where.small ? 1 : 10, times = where.small ? 2 : 30;
    SelfSupervised learner(options, /*classes=*/0, /*batches=*/warmup + times, where.device,
                           nullptr);
    learner.begin();
    DeviceBatch data;
    data.labels = torch::zeros({batch}, torch::kInt64).to(where.device);
    for (int view = 0; view < 2; ++view) {
      const auto images = torch::randn({batch, 3, size, size}).to(where.device);
      data.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast));
    }
    const double taken = milliseconds(where.device, warmup, times,
                                      [&](int64_t step) { learner.step(data, {0, step}); });
    rows.push_back(
        {{"network", network}, {"size", size}, {"batch", batch}, {"milliseconds", taken}});
  }
  return {{"steps", rows}};
}

}  // namespace rdm::device_check
