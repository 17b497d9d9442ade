// DINO's targets: the teacher's logits, centred and sharpened. Source: Caron et al. 2021, section
// 3.1; solo-learn.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"

namespace rdm {

// A straight line over the first epochs, from `first` to `last`.
struct TeacherTemperature {
  double first = 0.04, last = 0.07;
  int64_t epochs = 0;  // of the line; with `last` from the beginning where there are none

  double at(int64_t epoch) const;  // 0-based
};

// softmax((logits − centre) / temperature); logits: (N, K), centre: (1, K).
torch::Tensor centred_and_sharpened(const torch::Tensor& logits, const torch::Tensor& centre,
                                    double temperature);

// centre ← momentum · centre + (1 − momentum) · mean logits of all ranks, in place.
void move_centre(torch::Tensor centre, const torch::Tensor& logits, double momentum, Group* group);

}  // namespace rdm
