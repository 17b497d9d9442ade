#include <torch/csrc/autograd/profiler_kineto.h>
#include <torch/torch.h>

#include <functional>
#include <set>

#include "device/accelerator.h"
#include "parts.h"
#include "train/self_supervised.h"

namespace rdm::device_check {
namespace {

namespace profiler = torch::autograd::profiler;

struct Count {
  int64_t kernels = 0;     // on a CUDA device; elsewhere nobody counts them
  int64_t host_reads = 0;  // values that the host asks for
  int64_t waits = 0;       // of CUDA's runtime, for a stream, a device or an event
};

Count counted(const std::function<void()>& work) {
  using torch::profiler::impl::ActivityType;
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  std::set<ActivityType> kinds{ActivityType::CPU};
  if (accelerator() == c10::kCUDA && accelerators() > 0) kinds.insert(ActivityType::CUDA);
  profiler::prepareProfiler(config, kinds);
  profiler::enableProfiler(config, kinds);
  work();
  const auto profiled = profiler::disableProfiler();
  Count count;
  for (const auto& event : profiled->events()) {
    const auto name = event.name();
    if (event.deviceType() == c10::kCUDA && !name.starts_with("Mem")) ++count.kernels;
    if (name == "aten::_local_scalar_dense") ++count.host_reads;
    if (name.starts_with("cuda") && name.find("Synchronize") != std::string::npos) ++count.waits;
  }
  return count;
}

Answer row(const std::string& name, const PretrainOptions& options, const Where& where) {
  constexpr int64_t kWarmup = 2, kSteps = 3;
  torch::manual_seed(0);
  SelfSupervised learner(options, /*classes=*/0, /*batches=*/kWarmup + kSteps, where.device,
                         nullptr);
  learner.begin();
  DeviceBatch data;
  data.labels = torch::zeros({options.batch_size}, torch::kInt64).to(where.device);
  for (int view = 0; view < 2; ++view) {
    const auto images = torch::randn({options.batch_size, 3, 32, 32}).to(where.device);
    data.views.push_back(images.contiguous(torch::MemoryFormat::ChannelsLast));
  }
  int64_t step = 0;
  for (; step < kWarmup; ++step) learner.step(data, {0, step});
  wait_for(where.device);
  const auto count = counted([&] {
    for (; step < kWarmup + kSteps; ++step) learner.step(data, {0, step});
  });
  wait_for(where.device);
  return {{"name", name},
          {"kernels", static_cast<double>(count.kernels) / kSteps},
          {"hostReads", static_cast<double>(count.host_reads) / kSteps},
          {"waits", static_cast<double>(count.waits) / kSteps}};
}

}  // namespace

Answer counts(const Where& where) {
  auto options = network_options("resnet18", 32, where.small ? 8 : 64);
  options.method.filter.reset();
  Answer rows = Answer::array();
  rows.push_back(row("SimSiam, `mlp`", options, where));
  options.method.name = MethodName::byol;
  rows.push_back(row("BYOL, `mlp`", options, where));
  options.method.name = MethodName::simsiam;
  options.lars_eta = 0.02;
  rows.push_back(row("SimSiam, `mlp`, LARS", options, where));
  options.lars_eta.reset();
  options.precision = Precision::bf16;
  rows.push_back(row("SimSiam, `mlp`, bf16", options, where));
  options.precision = Precision::fp32;
  const auto filtered = [&](const char* name, double sigma, const char* solver) {
    options.method.filter = parse_filter("poly", "online", sigma, "own", false, solver);
    rows.push_back(row(name, options, where));
  };
  filtered("SimSiam, `poly online 2` (products)", 2, "auto");
  filtered("SimSiam, `poly online 1`, newton", 1, "newton");
  filtered("SimSiam, `poly online 1`, eigh", 1, "eigh");
  filtered("SimSiam, `poly online 1`, svd, which waits", 1, "svd");
  return {{"aStep", rows}};
}

}  // namespace rdm::device_check
