#include "methods/simsiam.h"

#include <torch/torch.h>

#include "layers/batch_norm.h"
#include "methods/passes.h"
#include "models/heads.h"

namespace rdm {
namespace {

// As in the reference, the last layer is the network's own head, whose weights are drawn with the
// backbone's. A projector of another hidden width needs a new one.
torch::nn::Sequential make_projector(const Encoder& encoder, const MethodOptions& options) {
  const int64_t width = encoder->classifier()->options.in_features();
  const int64_t hidden = options.proj_hidden_dim ? options.proj_hidden_dim : width;
  return simsiam_projector(
      width, hidden == width ? encoder->classifier() : torch::nn::Linear(hidden, options.dim));
}

}  // namespace

SimSiamImpl::SimSiamImpl(const MethodOptions& options) : options_(options) {
  encoder_ = register_module(
      "encoder", make_network(options.backbone(), options.dim, options.zero_init_residual));
  encoder_->replace_head(make_projector(encoder_, options));
  if (!options.filter) {
    predictor_ = register_module("predictor", simsiam_predictor(options.dim, options.pred_dim));
  }
}

MethodOutput SimSiamImpl::forward(const std::vector<torch::Tensor>& views, Group* group) {
  MethodOutput out;
  std::vector<torch::Tensor> p, z;
  for (const auto& pass : passes(views)) {
    const ViewsApart apart(pass.views);
    const auto features = encoder_->features(pass.images);
    const auto output = encoder_->project(features);
    pass.append(out.features, features);
    pass.append(z, output);
    pass.append(p, predictor_.is_empty() ? output : predictor_->forward(output));
  }
  const auto pairs = align({{p[0], z[1]}, {p[1], z[0]}}, options_.filter, group);
  out.loss = (pairs[0].cosine + pairs[1].cosine) * -0.5;
  out.first = compared(pairs, options_.filter, /*one_network=*/true);
  return out;
}

Pair SimSiamImpl::branches(const torch::Tensor& images) {
  const auto z = encoder_->forward(images);
  return {z, z};
}

Between SimSiamImpl::between(const Pair& rows) {
  return before_alignment(rows, options_.filter, predictor_);
}

std::vector<ParameterGroup> SimSiamImpl::parameter_groups() {
  const auto predictor =
      predictor_.is_empty() ? std::vector<torch::Tensor>{} : predictor_->parameters();
  std::vector<ParameterGroup> groups{{encoder_->parameters()}};
  if (options_.fix_pred_lr) {
    groups.push_back({predictor, /*fix_lr=*/true});
  } else {
    auto& all = groups[0].parameters;
    all.insert(all.end(), predictor.begin(), predictor.end());
  }
  return groups;
}

}  // namespace rdm
