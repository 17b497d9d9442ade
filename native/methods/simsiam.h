// SimSiam and RDM_SimSiam: one encoder for both views, a predictor or a spectral filter between
// them. Source: Chen and He 2021; the reference's simsiam/builder and main_simsiam.py.
#pragma once
#include <optional>
#include <string>

#include "methods/method.h"
#include "models/resnet.h"
#include "spectral/spec.h"

namespace rdm {

struct SimSiamOptions {
  std::string arch = "resnet50";
  int64_t dim = 2048;                // projector output
  int64_t pred_dim = 512;            // hidden width of the learnable predictor
  std::optional<FilterSpec> filter;  // none: the learnable predictor
  bool fix_pred_lr = false;          // the predictor's learning rate stays constant
};

class SimSiamImpl : public torch::nn::Module, public Method {
 public:
  explicit SimSiamImpl(const SimSiamOptions& options);

  // L = −½ [cos(p1', z2) + cos(p2', z1)]
  torch::Tensor loss(const std::vector<torch::Tensor>& views) override;
  std::vector<ParameterGroup> parameter_groups() override;
  torch::nn::Module& module() override { return *this; }

  ResNet encoder() const { return encoder_; }

 private:
  SimSiamOptions options_;
  ResNet encoder_{nullptr};
  torch::nn::Sequential predictor_{nullptr};
};
TORCH_MODULE(SimSiam);

}  // namespace rdm
