// Once a loss or a gradient is not finite, holds back every update. The flag stays on the device,
// so that no step waits for it: the fused optimisers take it as their found_inf.
#pragma once
#include <torch/types.h>

#include <vector>

namespace rdm {

class FiniteGuard {
 public:
  explicit FiniteGuard(torch::Device device);

  // Raises the flag where something is not finite.
  void see(const torch::Tensor& loss);  // a scalar
  void see_gradients(const std::vector<torch::Tensor>& gradients);

  const torch::Tensor& raised() const { return raised_; }  // (1), float32: 1 if raised, else 0
  void lower() { raised_.zero_(); }

 private:
  torch::Tensor raised_;
};

}  // namespace rdm
