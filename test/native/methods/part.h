// What golden training steps have in common: a process's part of a batch, and the weights.
#pragma once
#include <torch/nn.h>

#include <optional>

#include "distributed/group.h"
#include "distributed/reducer.h"
#include "layers/batch_norm.h"

namespace rdm::test {

// What a process does of a step whose batch a whole group holds.
class Part {
 public:
  Part(torch::nn::Module& module, Group* group) : group_(group) {
    if (!group) return;
    synchronise_batch_norms(module, *group);
    reducer_.emplace(module.parameters(), *group);
  }

  void begin() {
    if (reducer_) reducer_->average_next();
  }

  torch::Tensor rows(const torch::Tensor& batch) const {
    if (!group_) return batch;
    const int64_t n = batch.size(0) / group_->size();
    return batch.slice(0, group_->rank() * n, (group_->rank() + 1) * n);
  }

  double mean(const torch::Tensor& loss) const {
    auto value = loss.detach().to(torch::kFloat64).reshape({1}).clone();
    if (group_) group_->sum(value);
    return value.item<double>() / static_cast<double>(group_ ? group_->size() : 1);
  }

 private:
  Group* group_;
  std::optional<GradientReducer> reducer_;
};

// The golden files' own initialisation, which does not depend on how layers draw theirs.
inline void fill(torch::nn::Module& network) {
  const torch::NoGradGuard no_grad;
  for (auto& item : network.named_parameters()) {
    auto& parameter = item.value();
    if (parameter.dim() > 1) {
      parameter.normal_(0, 0.05);
    } else {
      parameter.fill_(item.key().ends_with("weight") ? 1 : 0);
    }
  }
}

inline double abs_sum(const std::vector<torch::Tensor>& parameters) {
  double sum = 0;
  for (const auto& p : parameters) sum += p.to(torch::kFloat64).abs().sum().item<double>();
  return sum;
}

}  // namespace rdm::test
