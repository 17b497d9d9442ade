// A backbone, which makes features of images, with a head on top: what all code but this room's
// knows of a network, whichever it is.
#pragma once
#include <torch/nn.h>

#include <string>
#include <vector>

#include "checkpoint/state_dict.h"
#include "models/backbone_spec.h"

namespace rdm {

class EncoderImpl : public torch::nn::Module {
 public:
  virtual torch::Tensor features(torch::Tensor x) = 0;   // (N, 3, H, W) to (N, F)
  torch::Tensor project(const torch::Tensor& features);  // through the head
  torch::Tensor forward(const torch::Tensor& x) { return project(features(x)); }

  // The classification layer as it was built; replace_head puts other layers in its place, whose
  // keys are HEAD.0.…, HEAD.1.….
  torch::nn::Linear classifier() const { return classifier_; }
  void replace_head(torch::nn::Sequential head);
  const std::string& head_name() const { return head_name_; }  // torchvision's fc, timm's head

  // Of everything but the head.
  std::vector<torch::Tensor> backbone_parameters() const;
  void eval_backbone();

  // Layers that can are joined. Parameters and buffers keep their values, so the
  // state dict is unchanged; but moving the module or loading weights afterwards no longer changes
  // its output.
  virtual void fold_for_inference() {}

  // Makes the weights of a backbone for images of another size those of one for this one's.
  virtual void fit(StateDict& backbone) const {}

 protected:
  // Registers a linear layer as the head. To be called once, behind the other layers.
  void add_head(const std::string& name, int64_t features, int64_t outputs);

 private:
  std::string head_name_;
  torch::nn::Linear classifier_{nullptr};
  torch::nn::Sequential head_{nullptr};
};
TORCH_MODULE(Encoder);

// With a linear layer as its head. zero_init_residual: the residual blocks, where there are any,
// begin as the identity. Throws Code::usage for an unknown name, listing what exists.
Encoder make_network(const BackboneSpec& spec, int64_t outputs, bool zero_init_residual = false);

int64_t feature_dim(const std::string& arch);  // F

}  // namespace rdm
