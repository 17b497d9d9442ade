// DINO's targets: the teacher's logits, centred and sharpened. Source: Caron et al. 2021, section
// 3.1; solo-learn.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"
#include "losses/options.h"

namespace rdm {

// softmax((logits − centre) / temperature); logits: (N, K), centre: (1, K).
torch::Tensor centred_and_sharpened(const torch::Tensor& logits, const torch::Tensor& centre,
                                    double temperature);

// centre ← momentum · centre + (1 − momentum) · mean logits of all ranks, in place.
void move_centre(torch::Tensor centre, const torch::Tensor& logits, double momentum, Group* group);

}  // namespace rdm
