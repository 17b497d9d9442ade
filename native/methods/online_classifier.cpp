#include "methods/online_classifier.h"

#include <torch/torch.h>

namespace rdm {
namespace {

struct Scored {
  torch::Tensor loss, logits;
};

Scored score(torch::nn::Linear& classifier, const std::vector<torch::Tensor>& features,
             const torch::Tensor& labels) {
  const auto logits = classifier->forward(torch::cat(features).detach()).to(torch::kFloat32);
  const auto targets = labels.repeat(static_cast<int64_t>(features.size()));
  return {torch::cross_entropy_loss(logits, targets), logits.detach()};
}

}  // namespace

OnlineClassifierImpl::OnlineClassifierImpl(int64_t width, int64_t classes, bool with_momentum) {
  classifier_ = register_module("online", torch::nn::Linear(width, classes));
  if (with_momentum) {
    momentum_classifier_ = register_module("momentum", torch::nn::Linear(width, classes));
  }
}

ClassifierOutput OnlineClassifierImpl::forward(const MethodOutput& output,
                                               const torch::Tensor& labels) {
  const auto online = score(classifier_, output.features, labels);
  if (momentum_classifier_.is_empty()) return {online.loss, online.logits, {}};
  const auto momentum = score(momentum_classifier_, output.momentum_features, labels);
  return {online.loss + momentum.loss, online.logits, momentum.logits};
}

torch::Tensor OnlineClassifierImpl::classify(const torch::Tensor& features) {
  return classifier_->forward(features);
}

}  // namespace rdm
