// A linear classifier on a frozen backbone. Source: main_lincls.py.
#pragma once
#include "models/resnet.h"

namespace rdm {

// Images of `image_size` pixels that go through a frozen network at once: as many as have the
// pixels of 64 of 224.
int64_t piece_of(int64_t image_size);

// Weights are drawn as in the reference: the whole ResNet, then fc from N(0, 0.01) with bias 0.
ResNet classifying_network(const Architecture& arch, const Stem& stem, int64_t classes);

// Before forward(), load the backbone's weights, move the network to its device and freeze() it.
class LinearProbe {
 public:
  explicit LinearProbe(ResNet network) : network_(std::move(network)) {}

  ResNet network() const { return network_; }
  torch::nn::Linear fc() const { return network_->classifier(); }

  // Sets eval mode, takes gradients from all but fc, folds batch norms into the convolutions.
  void freeze();

  // (N, 3, S, S) to (N, F), without gradient: piece by piece, so that the memory it takes does not
  // grow with N. In eval mode an image's features do not depend on the others.
  torch::Tensor features(const torch::Tensor& images);

  // (N, 3, S, S) to logits (N, classes), with gradient through fc alone.
  torch::Tensor forward(const torch::Tensor& images);

  // Whether the frozen backbone still computes what it did when it was frozen.
  bool unchanged();

 private:
  torch::Tensor pattern_features();

  ResNet network_;
  torch::Tensor frozen_output_;
};

}  // namespace rdm
