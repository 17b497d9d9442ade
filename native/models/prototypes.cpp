#include "models/prototypes.h"

#include <torch/torch.h>

#include "spectral/precision.h"

namespace rdm {

PrototypesImpl::PrototypesImpl(int64_t dim, int64_t count, bool learn_lengths) {
  const torch::nn::Linear drawn(torch::nn::LinearOptions(dim, count).bias(false));
  weight_g_ = register_parameter("weight_g", torch::ones({count, 1}), learn_lengths);
  weight_v_ = register_parameter("weight_v", drawn->weight.detach().clone());
}

torch::Tensor PrototypesImpl::forward(const torch::Tensor& z) {
  const WithoutAutocast exactly;
  const auto lengths = weight_v_.norm(/*p=*/2, /*dim=*/1, /*keepdim=*/true);
  return torch::linear(z, weight_v_ * (weight_g_ / lengths));
}

torch::Tensor unit_rows(const torch::Tensor& x) {
  const WithoutAutocast exactly;
  return torch::nn::functional::normalize(at_least_float32(x));
}

}  // namespace rdm
