#include "models/heads.h"

#include <torch/torch.h>

namespace rdm {
namespace {

torch::nn::Linear linear_without_bias(int64_t in, int64_t out) {
  return torch::nn::Linear(torch::nn::LinearOptions(in, out).bias(false));
}

torch::nn::ReLU relu() {
  return torch::nn::ReLU(torch::nn::ReLUOptions(/*inplace=*/true));
}

// Layers are made one by one: arguments of one call would be drawn in any order.
torch::nn::Sequential two_layers(torch::nn::Linear first, int64_t hidden, int64_t out) {
  torch::nn::Sequential head;
  head->push_back(std::move(first));
  head->push_back(torch::nn::BatchNorm1d(hidden));
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
    head->push_back(torch::nn::BatchNorm1d(hidden));
    head->push_back(relu());
  }
  head->push_back(last);
  head->push_back(torch::nn::BatchNorm1d(
      torch::nn::BatchNorm1dOptions(last->options.out_features()).affine(false)));
  return head;
}

torch::nn::Sequential simsiam_predictor(int64_t dim, int64_t hidden) {
  return two_layers(linear_without_bias(dim, hidden), hidden, dim);
}

torch::nn::Sequential byol_head(int64_t in, int64_t hidden, int64_t out) {
  return two_layers(torch::nn::Linear(in, hidden), hidden, out);
}

}  // namespace rdm
