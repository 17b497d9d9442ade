// Steps that nobody takes, since something that they rest on was not sound. Which they are stays on
// the device, where the optimisers take it as their found_inf; the host asks when it reads anyway.
#pragma once
#include <torch/types.h>

namespace rdm {

class StepsLeftOut {
 public:
  explicit StepsLeftOut(torch::Device device);

  void begin() { this_update_.zero_(); }  // before the first batch of an update
  void see(const torch::Tensor& sound);   // of a batch; (), bool, on the device

  // (1), float32: 1 where a batch of this update was not sound, else 0.
  const torch::Tensor& this_update() const { return this_update_; }

  int64_t take_count();  // batches that were not, since the last call; waits for the device

 private:
  torch::Tensor this_update_, count_;  // (1), float32
};

}  // namespace rdm
