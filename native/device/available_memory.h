// How much memory there is for a run.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>

namespace rdm {

struct AvailableMemory {
  double bytes = 0;
  std::string limit;  // what says so
};

// Of this machine, or of the control group that this process is in where that has less. Nothing
// where the system (other than Linux) does not say. root: before /proc and /sys.
std::optional<AvailableMemory> available_memory(const std::string& root = "");

// Free on a CUDA device.
AvailableMemory available_on(torch::Device device);

}  // namespace rdm
