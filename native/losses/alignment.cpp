#include "losses/alignment.h"

#include <torch/torch.h>

namespace rdm {

torch::Tensor mean_cosine(const torch::Tensor& p, const torch::Tensor& z) {
  return torch::cosine_similarity(p, z, /*dim=*/1).mean();
}

}  // namespace rdm
