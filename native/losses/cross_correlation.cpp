#include "losses/cross_correlation.h"

#include <torch/torch.h>

#include "losses/all_rows.h"

namespace rdm {
namespace {

// Mean 0 and variance 1 a column, as a batch norm without weights in training.
torch::Tensor standardised(const torch::Tensor& x) {
  return torch::batch_norm(x, {}, {}, {}, {}, /*training=*/true, /*momentum=*/0, /*eps=*/1e-5,
                           /*cudnn_enabled=*/false);
}

}  // namespace

torch::Tensor cross_correlation_loss(const torch::Tensor& z1, const torch::Tensor& z2,
                                     const CrossCorrelationOptions& options, Group* group) {
  const auto a = standardised(all_rows(z1, group)), b = standardised(all_rows(z2, group));
  const auto c = torch::mm(a.t(), b) / a.size(0);
  const auto diagonal = c.diagonal();
  const auto off_diagonal = c.square().sum() - diagonal.square().sum();
  return options.scale * ((diagonal - 1).square().sum() + options.off_diagonal * off_diagonal);
}

}  // namespace rdm
