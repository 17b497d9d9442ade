#include "methods/networks.h"

namespace rdm {

Encoder make_encoder(const MethodOptions& options, Projector projector) {
  auto encoder = make_network(options.backbone(), options.dim, options.zero_init_residual);
  const int64_t width = feature_dim(options.arch);
  const int64_t hidden = options.proj_hidden_dim ? options.proj_hidden_dim : width;
  encoder->replace_head(projector(width, hidden, options.dim));
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
