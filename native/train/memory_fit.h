// Whether a run fits into the memory there is, and what would.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>

#include "base/event.h"
#include "device/available_memory.h"
#include "options/supervised.h"

namespace rdm {

// What the processes of this machine want of one memory together.
struct Demand {
  std::string what;   // resnet50 at 224 pixels
  int64_t batch = 0;  // images of a step
  int64_t processes = 1;
  Precision precision = Precision::fp32;
  bool accumulates = false;  // the command has --accumulate
  bool can_cast = true;      // --precision bf16 takes less
  std::function<double(int64_t batch, Precision precision)> bytes;
};

// Warns where the estimate is within 10 % of what there is, or above it. Throws usage, with what
// would fit, only where even two thirds of it are more than there is: it may be too high, and a run
// must not be kept from what it could do.
void check_fit(const Demand& demand, const AvailableMemory& available, const Sink& sink);

// The same for a run on a device, and on a CUDA device for that beside the host. images: of the
// training split. Returns the estimate for one process, in bytes of where it computes.
int64_t check_memory(const PretrainOptions& options, int64_t images, torch::Device device,
                     const Sink& sink);
int64_t check_memory(const LinclsOptions& options, int64_t images, torch::Device device,
                     const Sink& sink);
int64_t check_memory(const FinetuneOptions& options, int64_t images, torch::Device device,
                     const Sink& sink);

}  // namespace rdm
