// Holds every update back from the first loss or gradient on that is not finite. It is kept on the
// device, so that no step waits for it: the fused optimisers take it as their found_inf.
#pragma once
#include <torch/types.h>

#include <vector>

namespace rdm {

class FiniteGuard {
 public:
  explicit FiniteGuard(torch::Device device);

  void see(const torch::Tensor& loss);
  void see_gradients(const std::vector<torch::Tensor>& gradients);

  const torch::Tensor& raised() const { return raised_; }  // (1), float32: 1 once something was not
  void lower() { raised_.zero_(); }

 private:
  torch::Tensor raised_;
};

}  // namespace rdm
