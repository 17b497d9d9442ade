// What the training loop needs from a self-supervised method.
#pragma once
#include <torch/nn.h>

#include <vector>

namespace rdm {

// Parameters that share a learning rate; the predictor's may stay constant (--fix-pred-lr).
struct ParameterGroup {
  std::vector<torch::Tensor> parameters;
  bool fix_lr = false;
};

class Method {
 public:
  virtual ~Method() = default;

  // views: two tensors (N, 3, H, W) of the same images. Returns the scalar loss, on the device.
  virtual torch::Tensor loss(const std::vector<torch::Tensor>& views) = 0;

  virtual std::vector<ParameterGroup> parameter_groups() = 0;
  virtual torch::nn::Module& module() = 0;  // what a checkpoint holds
};

}  // namespace rdm
