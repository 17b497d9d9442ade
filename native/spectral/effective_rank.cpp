#include "spectral/effective_rank.h"

#include <torch/torch.h>

namespace rdm {
namespace {

torch::Tensor exp_entropy(const torch::Tensor& weights) {
  const auto total = weights.sum();
  const auto q = weights / total;
  return torch::where(total == 0, 0.0, torch::special::entr(q).sum().exp());
}

}  // namespace

EffectiveRank effective_rank(const torch::Tensor& singular_values) {
  const auto s = singular_values.detach().to(torch::kFloat64);
  return {exp_entropy(s), exp_entropy(s.square())};
}

}  // namespace rdm
