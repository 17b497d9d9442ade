// SimSiam and RDM_SimSiam: one encoder for both views, a predictor or a spectral filter between
// them. Source: Chen and He 2021; the reference's simsiam/builder and main_simsiam.py.
#pragma once
#include "methods/method.h"

namespace rdm {

class SimSiamImpl : public torch::nn::Module, public Method {
 public:
  explicit SimSiamImpl(const MethodOptions& options);

  // L = −½ [cos(p1', z2) + cos(p2', z1)]
  MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) override;
  Pair branches(const torch::Tensor& images) override;
  Between between(const Pair& rows) override;
  std::optional<FilterSpec>& filter() override { return options_.filter; }
  std::vector<ParameterGroup> parameter_groups() override;
  Encoder encoder() const override { return encoder_; }
  torch::nn::Module& module() override { return *this; }

 private:
  MethodOptions options_;
  Encoder encoder_{nullptr};
  torch::nn::Sequential predictor_{nullptr};
};
TORCH_MODULE(SimSiam);

}  // namespace rdm
