// What the training loop needs from a self-supervised method.
#pragma once
#include <torch/nn.h>

#include <vector>

#include "methods/compared.h"
#include "methods/options.h"
#include "models/encoder.h"

namespace rdm {

// Parameters that share a learning rate; the predictor's may stay constant (--fix-pred-lr).
struct ParameterGroup {
  std::vector<torch::Tensor> parameters;
  bool fix_lr = false;
};

// The first views are the large crops: all that are targets. Those after them only predict.
constexpr size_t kLargeCrops = 2;

struct MethodOutput {
  torch::Tensor loss;  // scalar, on the device
  Compared first;      // for the rank monitor
  // The backbone's features of each large crop, (N, F), with their gradient; the momentum
  // backbone's, without one, are empty for a method that has no such backbone.
  std::vector<torch::Tensor> features, momentum_features;
};

class Method {
 public:
  virtual ~Method() = default;

  // To be called before each step of an epoch; returns the parameters that do not move in it.
  virtual std::vector<torch::Tensor> begin(int64_t epoch) { return {}; }

  // views: tensors (N, 3, H, W) of the same images, the large crops first; of all ranks together
  // they are the batch.
  virtual MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) = 0;

  // Of the images of a batch in evaluation: the rows of both branches, (N, D), before what stands
  // between them. images: (N, 3, H, W).
  virtual Pair branches(const torch::Tensor& images) = 0;

  // rows: of branches(), of all images.
  virtual Between between(const Pair& rows) = 0;

  // To be called after each update; the optimiser has made `updates` of `total` by then.
  virtual void after_update(int64_t updates, int64_t total) {}

  // The online network has other weights: those of a file. The target's follow them.
  virtual void restart() {}

  // None where what stands between the branches is the method's own. Its solver may be changed
  // between steps.
  virtual std::optional<FilterSpec>& filter() = 0;
  virtual std::vector<ParameterGroup> parameter_groups() = 0;
  virtual Encoder encoder() const = 0;      // the online backbone, its projector as the head
  virtual torch::nn::Module& module() = 0;  // what a checkpoint holds
};

}  // namespace rdm
