// Linear classifiers that learn beside the method on detached features. They show, while it trains,
// what the backbone would score. Source: solo-learn's online linear evaluation and momentum
// classifier.
#pragma once
#include "methods/method.h"

namespace rdm {

struct ClassifierOutput {
  torch::Tensor loss;             // cross-entropy, the mean over both views
  torch::Tensor logits;           // (2N, C), view after view
  torch::Tensor momentum_logits;  // (2N, C); undefined without a momentum classifier
};

class OnlineClassifierImpl : public torch::nn::Module {
 public:
  // width: of the features; classes: C; with_momentum: a second classifier learns on the momentum
  // backbone's features.
  OnlineClassifierImpl(int64_t width, int64_t classes, bool with_momentum);

  // labels: (N). No gradient reaches the features.
  ClassifierOutput forward(const MethodOutput& output, const torch::Tensor& labels);

  torch::Tensor classify(const torch::Tensor& features);  // (N, width) to logits (N, C)

 private:
  torch::nn::Linear classifier_{nullptr}, momentum_classifier_{nullptr};
};
TORCH_MODULE(OnlineClassifier);

}  // namespace rdm
