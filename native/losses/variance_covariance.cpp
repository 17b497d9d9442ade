#include "losses/variance_covariance.h"

#include <torch/torch.h>

#include "losses/all_rows.h"

namespace rdm {
namespace {

torch::Tensor variance_hinge(const torch::Tensor& z) {
  constexpr double kEpsilon = 1e-4;
  return torch::relu(1 - (z.var(/*dim=*/0) + kEpsilon).sqrt()).mean();
}

torch::Tensor covariance_beside_diagonal(const torch::Tensor& z) {
  const auto centred = z - z.mean(/*dim=*/0);
  const auto covariance = torch::mm(centred.t(), centred) / (z.size(0) - 1);
  return (covariance.square().sum() - covariance.diagonal().square().sum()) / z.size(1);
}

}  // namespace

torch::Tensor vicreg_loss(const torch::Tensor& z1, const torch::Tensor& z2,
                          const VicregWeights& weights, Group* group) {
  const auto a = all_rows(z1, group), b = all_rows(z2, group);
  return weights.invariance * torch::mse_loss(a, b) +
         weights.variance * (variance_hinge(a) + variance_hinge(b)) +
         weights.covariance * (covariance_beside_diagonal(a) + covariance_beside_diagonal(b));
}

}  // namespace rdm
