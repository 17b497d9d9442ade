#include "losses/centring.h"

#include <torch/torch.h>

namespace rdm {

double TeacherTemperature::at(int64_t epoch) const {
  if (epoch >= epochs - 1) return last;
  return first + (last - first) * static_cast<double>(epoch) / static_cast<double>(epochs - 1);
}

torch::Tensor centred_and_sharpened(const torch::Tensor& logits, const torch::Tensor& centre,
                                    double temperature) {
  return torch::softmax((logits - centre) / temperature, /*dim=*/1);
}

void move_centre(torch::Tensor centre, const torch::Tensor& logits, double momentum, Group* group) {
  const torch::NoGradGuard no_grad;
  auto mean = logits.mean(/*dim=*/0, /*keepdim=*/true);
  if (group) {
    group->sum(mean);
    mean /= group->size();
  }
  centre.mul_(momentum).add_(mean, /*alpha=*/1 - momentum);
}

}  // namespace rdm
