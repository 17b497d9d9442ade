// What SwAV and DINO minimise: each view predicts the targets that were made of another view.
// Source: Caron et al. 2020, equation 2; Caron et al. 2021, equation 3; solo-learn.
#pragma once
#include <torch/types.h>

#include <vector>

namespace rdm {

// logits: (N, K) a view; targets: (N, K), rows that add up to 1, of the first views. The mean over
// all pairs of a target and another view of the cross-entropy −Σ q log softmax(logits / T), itself
// the mean over this rank's rows.
torch::Tensor swapped_prediction(const std::vector<torch::Tensor>& logits,
                                 const std::vector<torch::Tensor>& targets, double temperature);

}  // namespace rdm
