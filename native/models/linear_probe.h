// A linear classifier on a frozen backbone. Source: main_lincls.py.
#pragma once
#include "models/resnet.h"

namespace rdm {

// The network is drawn as the reference draws it: the whole ResNet, then fc from N(0, 0.01) with
// bias 0. Load the backbone's weights and move it to its device, then freeze() it, before
// forward().
class LinearProbe {
 public:
  LinearProbe(const Architecture& arch, const Stem& stem, int64_t classes);

  ResNet network() const { return network_; }
  torch::nn::Linear fc() const { return network_->classifier(); }

  // Eval mode, no gradient, batch norms folded into the convolutions.
  void freeze();

  // (N, 3, S, S) to logits (N, classes), with gradient through fc alone.
  torch::Tensor forward(const torch::Tensor& images);

  // Whether the frozen backbone still computes what it did when it was frozen.
  bool unchanged();

 private:
  torch::Tensor probe();

  ResNet network_;
  torch::Tensor frozen_output_;
};

}  // namespace rdm
