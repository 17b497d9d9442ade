#include "methods/simsiam.h"

#include <torch/torch.h>

#include "methods/rank_difference.h"
#include "models/heads.h"

namespace rdm {

SimSiamImpl::SimSiamImpl(const SimSiamOptions& options) : options_(options) {
  encoder_ = register_module(
      "encoder", ResNet(find_architecture(options.arch),
                        ResNetOptions{.num_classes = options.dim, .zero_init_residual = true}));
  encoder_->replace_fc(simsiam_projector(encoder_->classifier()));
  if (!options.filter) {
    predictor_ = register_module("predictor", simsiam_predictor(options.dim, options.pred_dim));
  }
}

torch::Tensor SimSiamImpl::loss(const std::vector<torch::Tensor>& views) {
  const auto z1 = encoder_->forward(views[0]);
  const auto z2 = encoder_->forward(views[1]);
  const auto p1 = predictor_.is_empty() ? z1 : predictor_->forward(z1);
  const auto p2 = predictor_.is_empty() ? z2 : predictor_->forward(z2);
  const auto cosines = align({{p1, z2}, {p2, z1}}, options_.filter);
  return (cosines[0] + cosines[1]) * -0.5;
}

std::vector<ParameterGroup> SimSiamImpl::parameter_groups() {
  if (!options_.fix_pred_lr) return {{parameters()}};
  std::vector<ParameterGroup> groups{{encoder_->parameters()}};
  groups.push_back({predictor_.is_empty() ? std::vector<torch::Tensor>{} : predictor_->parameters(),
                    /*fix_lr=*/true});
  return groups;
}

}  // namespace rdm
