// What the training loop needs from a self-supervised method.
#pragma once
#include <torch/nn.h>

#include <vector>

#include "methods/options.h"
#include "methods/rank_difference.h"
#include "models/resnet.h"

namespace rdm {

// Parameters that share a learning rate; the predictor's may stay constant (--fix-pred-lr).
struct ParameterGroup {
  std::vector<torch::Tensor> parameters;
  bool fix_lr = false;
};

struct MethodOutput {
  torch::Tensor loss;  // scalar, on the device
  Aligned first;       // the first pair: whose ranks differ
  // The backbone's features of each view, (N, F), with their gradient; those of the momentum
  // backbone have none, and are empty for a method without one.
  std::vector<torch::Tensor> features, momentum_features;
};

class Method {
 public:
  virtual ~Method() = default;

  // views: two tensors (N, 3, H, W) of the same images; of all ranks together they are the batch.
  virtual MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) = 0;

  // Called when the optimiser has made `updates` of `total` updates.
  virtual void after_update(int64_t updates, int64_t total) {}

  virtual std::vector<ParameterGroup> parameter_groups() = 0;
  virtual ResNet encoder() const = 0;       // the online backbone, its projector as fc
  virtual torch::nn::Module& module() = 0;  // what a checkpoint holds
};

}  // namespace rdm
