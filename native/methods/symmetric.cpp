// Barlow Twins and VICReg: one network sees both views, and nothing stands between the branches.
// What keeps the outputs from collapsing is in the loss.
// Source: Zbontar et al. 2021; Bardes et al. 2022; solo-learn's barlow_twins and vicreg.
#include <torch/torch.h>

#include "losses/cross_correlation.h"
#include "losses/variance_covariance.h"
#include "methods/networks.h"
#include "methods/passes.h"
#include "methods/table.h"
#include "models/heads.h"
#include "spectral/precision.h"

namespace rdm {
namespace {

class SymmetricImpl : public torch::nn::Module, public Method {
 public:
  // Of the outputs of two views, (N, D).
  using Loss = torch::Tensor (*)(const torch::Tensor& z1, const torch::Tensor& z2,
                                 const MethodOptions& options, Group* group);

  SymmetricImpl(const MethodOptions& options, Loss loss) : options_(options), loss_(loss) {
    encoder_ = register_module("encoder", make_encoder(options, three_layer_head));
  }

  MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) override {
    MethodOutput out;
    std::vector<torch::Tensor> z;
    for (const auto& pass : passes(views)) {
      const ViewsApart apart(pass.views);
      const auto features = encoder_->features(pass.images);
      pass.append(out.features, features);
      pass.append(z, at_least_float32(encoder_->project(features)));
    }
    const WithoutAutocast exactly;
    out.loss = loss_(z[0], z[1], options_, group);
    out.first.outputs = {z[0].detach(), z[1].detach()};
    return out;
  }

  Pair branches(const torch::Tensor& images) override {
    const auto z = encoder_->forward(images);
    return {z, z};
  }

  Between between(const Pair& rows) override { return {rows}; }

  std::vector<ParameterGroup> parameter_groups() override { return {{encoder_->parameters()}}; }
  std::optional<FilterSpec>& filter() override { return options_.filter; }
  Encoder encoder() const override { return encoder_; }
  torch::nn::Module& module() override { return *this; }

 private:
  MethodOptions options_;
  Loss loss_;
  Encoder encoder_{nullptr};
};

torch::Tensor barlow(const torch::Tensor& z1, const torch::Tensor& z2, const MethodOptions& options,
                     Group* group) {
  return cross_correlation_loss(z1, z2, options.barlow, group);
}

torch::Tensor vicreg(const torch::Tensor& z1, const torch::Tensor& z2, const MethodOptions& options,
                     Group* group) {
  return vicreg_loss(z1, z2, options.vicreg, group);
}

}  // namespace

std::unique_ptr<Method> make_barlow(const MethodOptions& options) {
  return std::make_unique<SymmetricImpl>(options, barlow);
}

std::unique_ptr<Method> make_vicreg(const MethodOptions& options) {
  return std::make_unique<SymmetricImpl>(options, vicreg);
}

}  // namespace rdm
