#include "models/heads.h"

#include <torch/torch.h>

#include <map>

#include "layers/batch_norm.h"

namespace rdm {
namespace {

torch::nn::Linear linear_without_bias(int64_t in, int64_t out) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true));
}

// Layers are made one by one, so that their weights are drawn in this order; the arguments of a
// single call would be evaluated in any order.
torch::nn::Sequential two_layers(torch::nn::Linear first, int64_t hidden, int64_t out) {
  torch::nn::Sequential head;
  head->push_back(std::move(first));
  head->push_back(BatchNorm(hidden));
  head->push_back(relu());
  head->push_back(torch::nn::Linear(hidden, out));
  return head;
}

}  // namespace

torch::nn::Sequential simsiam_projector(int64_t width, torch::nn::Linear last) {
  const int64_t hidden = last->options.in_features();
  last->bias.set_requires_grad(false);
  torch::nn::Sequential head;
  for (const int64_t in : {width, hidden}) {
    head->push_back(linear_without_bias(in, hidden));
    head->push_back(BatchNorm(hidden));
    head->push_back(relu());
  }
  head->push_back(last);
  head->push_back(
      BatchNorm(torch::nn::BatchNormOptions(last->options.out_features()).affine(false)));
  return head;
}

torch::nn::Sequential simsiam_predictor(int64_t dim, int64_t hidden) {
  return two_layers(linear_without_bias(dim, hidden), hidden, dim);
}

torch::nn::Sequential byol_head(int64_t in, int64_t hidden, int64_t out) {
  return two_layers(torch::nn::Linear(in, hidden), hidden, out);
}

torch::nn::Sequential three_layer_head(int64_t in, int64_t hidden, int64_t out) {
  torch::nn::Sequential head;
  for (const int64_t width : {in, hidden}) {
    head->push_back(torch::nn::Linear(width, hidden));
    head->push_back(BatchNorm(hidden));
    head->push_back(relu());
  }
  head->push_back(torch::nn::Linear(hidden, out));
  return head;
}

torch::nn::Sequential dino_head(int64_t in, int64_t hidden, int64_t out) {
  torch::nn::Sequential head;
  for (const int64_t width : {in, hidden}) {
    head->push_back(torch::nn::Linear(width, hidden));
    head->push_back(torch::nn::GELU());
  }
  head->push_back(torch::nn::Linear(hidden, out));
  const torch::NoGradGuard no_grad;
  for (auto& parameter : head->parameters()) {
    parameter.dim() > 1 ? parameter.normal_(/*mean=*/0, /*std=*/0.02) : parameter.zero_();
  }
  return head;
}

torch::nn::Sequential head_of(const StateDict& weights) {
  const std::map<std::string, torch::Tensor> given(weights.begin(), weights.end());
  int64_t last = -1;
  for (const auto& [name, tensor] : given) last = std::max<int64_t>(last, std::stoll(name));
  const bool dino = last == 4 && given.contains("2.weight") && !given.contains("1.weight");
  torch::nn::Sequential head;
  for (int64_t i = 0; i <= last; ++i) {
    const auto place = std::to_string(i);
    const auto weight = given.find(place + ".weight");
    const auto mean = given.find(place + ".running_mean");
    const bool has_weight = weight != given.end();
    if (mean != given.end()) {
      const torch::nn::BatchNorm1dOptions options(mean->second.size(0));
      head->push_back(
          torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(options).affine(has_weight)));
    } else if (has_weight && weight->second.dim() == 2) {
      const torch::nn::LinearOptions options(weight->second.size(1), weight->second.size(0));
      head->push_back(torch::nn::Linear(
          torch::nn::LinearOptions(options).bias(given.contains(place + ".bias"))));
    } else if (dino) {
      head->push_back(torch::nn::GELU());
    } else {
      head->push_back(relu());
    }
  }
  return head;
}

}  // namespace rdm
