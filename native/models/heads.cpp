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

}  // namespace

torch::nn::Sequential simsiam_projector(torch::nn::Linear last) {
  const int64_t width = last->options.in_features();
  last->bias.set_requires_grad(false);
  torch::nn::Sequential head;
  for (int layer = 0; layer < 2; ++layer) {
    head->push_back(linear_without_bias(width, width));
    head->push_back(torch::nn::BatchNorm1d(width));
    head->push_back(relu());
  }
  head->push_back(last);
  head->push_back(torch::nn::BatchNorm1d(
      torch::nn::BatchNorm1dOptions(last->options.out_features()).affine(false)));
  return head;
}

torch::nn::Sequential simsiam_predictor(int64_t dim, int64_t pred_dim) {
  torch::nn::Sequential predictor;  // one by one: arguments would be drawn in any order
  predictor->push_back(linear_without_bias(dim, pred_dim));
  predictor->push_back(torch::nn::BatchNorm1d(pred_dim));
  predictor->push_back(relu());
  predictor->push_back(torch::nn::Linear(pred_dim, dim));
  return predictor;
}

}  // namespace rdm
