#include "models/encoder.h"

#include <torch/torch.h>

#include "models/resnet.h"
#include "models/vit.h"

namespace rdm {

void EncoderImpl::add_head(const std::string& name, int64_t features, int64_t outputs) {
  head_name_ = name;
  classifier_ = register_module(name, torch::nn::Linear(features, outputs));
}

torch::Tensor EncoderImpl::project(const torch::Tensor& features) {
  return head_.is_empty() ? classifier_->forward(features) : head_->forward(features);
}

void EncoderImpl::replace_head(torch::nn::Sequential head) {
  head_ = replace_module(head_name_, std::move(head));
}

std::vector<torch::Tensor> EncoderImpl::backbone_parameters() const {
  std::vector<torch::Tensor> parameters;
  for (const auto& item : named_parameters()) {
    if (!item.key().starts_with(head_name_ + ".")) parameters.push_back(item.value());
  }
  return parameters;
}

void EncoderImpl::eval_backbone() {
  for (const auto& child : named_children()) {
    if (child.key() != head_name_) child.value()->eval();
  }
}

Encoder make_network(const BackboneSpec& spec, int64_t outputs, bool zero_init_residual) {
  if (const auto* vit = find_vit(spec.arch)) {
    return Encoder(std::static_pointer_cast<EncoderImpl>(std::make_shared<VisionTransformerImpl>(
        *vit, VitOptions{outputs, spec.patch_size, spec.image_size})));
  }
  return Encoder(std::static_pointer_cast<EncoderImpl>(std::make_shared<ResNetImpl>(
      find_architecture(spec.arch), ResNetOptions{outputs, zero_init_residual, spec.stem})));
}

int64_t feature_dim(const std::string& arch) {
  const auto* vit = find_vit(arch);
  return vit ? vit->width : find_architecture(arch).feature_dim();
}

}  // namespace rdm
