#include "losses/swapped_prediction.h"

#include <torch/torch.h>

namespace rdm {

torch::Tensor swapped_prediction(const std::vector<torch::Tensor>& logits,
                                 const std::vector<torch::Tensor>& targets, double temperature) {
  std::vector<torch::Tensor> terms;
  for (size_t view = 0; view < logits.size(); ++view) {
    const auto log_p = torch::log_softmax(logits[view] / temperature, /*dim=*/1);
    for (size_t other = 0; other < targets.size(); ++other) {
      if (other != view) terms.push_back(-(targets[other] * log_p).sum(/*dim=*/1).mean());
    }
  }
  return torch::stack(terms).mean();
}

}  // namespace rdm
