// What `scripts/gpu-check` asks of a device, part by part. Each answers with one object of JSON.
#pragma once
#include <torch/types.h>

#include <nlohmann/json.hpp>
#include <string>

#include "options/options.h"

namespace rdm::device_check {

struct Where {
  std::string name;  // as --device takes it: cpu, cuda, auto
  torch::Device device = torch::kCPU;
  bool small = false;  // sizes that a CPU or a simulated device bears
};

using Answer = nlohmann::json;

// Every operation that a run is made of, and five steps of training, here and on the CPU.
Answer parity(const Where& where);
// A run with --seed, the same again, and one that was stopped and goes on: the same bits or not.
Answer resume(const Where& where);
// Milliseconds of each filter's solver.
Answer solvers(const Where& where);
// Milliseconds of a training step, without a data path.
Answer steps(const Where& where);
// Images a second of a whole run, and which share of it the device waits for data.
Answer feed(const Where& where);
// Kernels and host reads of a step, as LibTorch's profiler counts them.
Answer counts(const Where& where);
// Collectives of NCCL with one process.
Answer nccl(const Where& where);

// A network for images of `size` pixels: "resnet50", "resnet18/cifar" with that stem.
PretrainOptions network_options(const std::string& network, int64_t size, int64_t batch);

}  // namespace rdm::device_check
