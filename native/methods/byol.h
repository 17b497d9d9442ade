// BYOL and RDM_BYOL: the target is a momentum network, a slow average of the online one.
// Source: Grill et al. 2020; the reference's solo-learn methods byol and rdmbyol.
#pragma once
#include "methods/method.h"

namespace rdm {

class ByolImpl : public torch::nn::Module, public Method {
 public:
  explicit ByolImpl(const MethodOptions& options);

  // L = Σ over a prediction of every view for each other large crop of 2 − 2 cos(p', z), z from the
  // momentum network
  MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) override;
  void after_update(int64_t updates, int64_t total) override;  // moves the momentum network
  void restart() override;
  Pair branches(const torch::Tensor& images) override;
  Between between(const Pair& rows) override;
  std::optional<FilterSpec>& filter() override { return options_.filter; }
  std::vector<ParameterGroup> parameter_groups() override;
  Encoder encoder() const override { return encoder_; }
  torch::nn::Module& module() override { return *this; }

 private:
  MethodOptions options_;
  Encoder encoder_{nullptr}, momentum_encoder_{nullptr};
  torch::nn::Sequential predictor_{nullptr};
};
TORCH_MODULE(Byol);

}  // namespace rdm
