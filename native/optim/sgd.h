// SGD with momentum through LibTorch's fused kernel: one call a parameter group, on CPU and CUDA.
// Source: torch.optim.SGD; buf = momentum·buf + (grad + weight_decay·p), p −= lr·buf.
#pragma once
#include <torch/types.h>

#include <vector>

namespace rdm {

struct SgdGroup {
  std::vector<torch::Tensor> parameters;
  std::vector<torch::Tensor> momentum_buffers;  // one a parameter; undefined before its first step
  double lr = 0;
  double momentum = 0.9;
  double weight_decay = 0;
  bool fix_lr = false;  // the schedule leaves this group alone
};

class Sgd {
 public:
  explicit Sgd(std::vector<SgdGroup> groups = {}) : groups_(std::move(groups)) {}

  void set_lr(double lr);  // of every group whose rate is not fixed
  void step();             // parameters without a gradient are passed over
  void zero_grad();        // drops the gradients

  std::vector<SgdGroup>& groups() { return groups_; }

 private:
  std::vector<SgdGroup> groups_;
};

}  // namespace rdm
