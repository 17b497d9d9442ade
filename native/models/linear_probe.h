// A linear classifier on a frozen backbone. Source: main_lincls.py.
#pragma once
#include "models/encoder.h"

namespace rdm {

// Images of `image_size` pixels that go through a frozen network at once: as many as have the
// pixels of 64 of 224.
int64_t piece_of(int64_t image_size);

// Weights are drawn as in the reference: the whole network, then its head from N(0, 0.01) with bias
// 0.
Encoder classifying_network(const BackboneSpec& backbone, int64_t classes);

// Before forward(), load the backbone's weights, move the network to its device and freeze() it.
class LinearProbe {
 public:
  explicit LinearProbe(Encoder network) : network_(std::move(network)) {}

  Encoder network() const { return network_; }
  torch::nn::Linear classifier() const { return network_->classifier(); }

  // Sets eval mode, takes gradients from all but the classifier, folds the network.
  void freeze();

  // (N, 3, S, S) to (N, F), without gradient: piece by piece, so that the memory it takes does not
  // grow with N. In eval mode an image's features do not depend on the others.
  torch::Tensor features(const torch::Tensor& images);

  // (N, 3, S, S) to logits (N, classes), with gradient through the classifier alone.
  torch::Tensor forward(const torch::Tensor& images);

  // Whether the frozen backbone still computes what it did when it was frozen.
  bool unchanged();

 private:
  torch::Tensor pattern_features();

  Encoder network_;
  torch::Tensor frozen_output_;
};

}  // namespace rdm
