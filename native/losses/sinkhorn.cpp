#include "losses/sinkhorn.h"

#include <torch/torch.h>

namespace rdm {

// The largest logit is taken off, which the total takes out again: no exp overflows.
torch::Tensor sinkhorn(const torch::Tensor& logits, const SinkhornOptions& options) {
  const torch::NoGradGuard no_grad;
  const auto images = logits.size(0), prototypes = logits.size(1);
  auto q = (logits - logits.max()).div_(options.epsilon).exp_();
  q.div_(q.sum());
  for (int64_t round = 0; round < options.iterations; ++round) {
    q.div_(q.sum(/*dim=*/0, /*keepdim=*/true).mul_(prototypes));
    q.div_(q.sum(/*dim=*/1, /*keepdim=*/true).mul_(images));
  }
  return q.mul_(images);
}

}  // namespace rdm
