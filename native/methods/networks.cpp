#include "methods/networks.h"

namespace rdm {

ResNet make_encoder(const MethodOptions& options, Projector projector) {
  const auto& arch = find_architecture(options.arch);
  ResNet encoder(arch, ResNetOptions{options.dim, options.zero_init_residual, options.stem});
  const int64_t width = arch.feature_dim();
  const int64_t hidden = options.proj_hidden_dim ? options.proj_hidden_dim : width;
  encoder->replace_fc(projector(width, hidden, options.dim));
  return encoder;
}

std::vector<torch::Tensor> parameters_of(std::initializer_list<const torch::nn::Module*> networks) {
  std::vector<torch::Tensor> all;
  for (const auto* network : networks) {
    for (const auto& parameter : network->parameters()) all.push_back(parameter);
  }
  return all;
}

}  // namespace rdm
