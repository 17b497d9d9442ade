#include "methods/byol.h"

#include <torch/torch.h>

#include "layers/batch_norm.h"
#include "methods/momentum.h"
#include "methods/networks.h"
#include "methods/passes.h"
#include "models/heads.h"

namespace rdm {
ByolImpl::ByolImpl(const MethodOptions& options) : options_(options) {
  encoder_ = register_module("encoder", make_encoder(options, byol_head));
  if (!options.filter) {
    predictor_ =
        register_module("predictor", byol_head(options.dim, options.pred_dim, options.dim));
  }
  momentum_encoder_ = register_module("momentum_encoder", make_encoder(options, byol_head));
  restart();
}

void ByolImpl::restart() {
  start_as_copy(*momentum_encoder_, *encoder_);
}

MethodOutput ByolImpl::forward(const std::vector<torch::Tensor>& views, Group* group) {
  MethodOutput out;
  std::vector<torch::Tensor> p, z;
  for (const auto& pass : passes(views)) {
    const ViewsApart apart(pass.views);
    const auto features = encoder_->features(pass.images);
    const auto output = encoder_->project(features);
    pass.append(out.features, features);
    pass.append(p, predictor_.is_empty() ? output : predictor_->forward(output));
  }
  out.features.resize(kLargeCrops);
  for (const auto& pass : passes({views.begin(), views.begin() + kLargeCrops})) {
    const torch::NoGradGuard no_grad;
    const ViewsApart apart(pass.views);
    const auto features = momentum_encoder_->features(pass.images);
    pass.append(out.momentum_features, features);
    pass.append(z, momentum_encoder_->project(features));
  }
  std::vector<Pair> outputs{{p[0], z[1]}, {p[1], z[0]}};
  for (size_t small = kLargeCrops; small < p.size(); ++small) {
    for (const auto& target : z) outputs.push_back({p[small], target});
  }
  const auto pairs = align(outputs, options_.filter, group);
  out.loss = 2 - 2 * pairs[0].cosine;
  for (size_t i = 1; i < pairs.size(); ++i) out.loss = out.loss + (2 - 2 * pairs[i].cosine);
  out.first = compared(pairs, options_.filter, /*one_network=*/false);
  return out;
}

Pair ByolImpl::branches(const torch::Tensor& images) {
  return {encoder_->forward(images), momentum_encoder_->forward(images)};
}

Between ByolImpl::between(const Pair& rows) {
  return before_alignment(rows, options_.filter, predictor_);
}

void ByolImpl::after_update(int64_t updates, int64_t total) {
  const double tau = momentum_tau(options_.base_tau, options_.final_tau, updates - 1, total);
  update_momentum(*momentum_encoder_, *encoder_, tau);
}

std::vector<ParameterGroup> ByolImpl::parameter_groups() {
  auto all = encoder_->parameters();
  if (!predictor_.is_empty()) {
    for (const auto& parameter : predictor_->parameters()) all.push_back(parameter);
  }
  return {{all}};
}

}  // namespace rdm
