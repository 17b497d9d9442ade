// How right a classifier is, and where it is wrong.
#pragma once
#include <torch/types.h>

namespace rdm {

struct Classification {
  double top1 = 0, top5 = 0;  // percent
  double mean_per_class = 0;  // of the classes' own top-1, percent; of those that have images
  double loss = 0;            // the mean of the cross entropies
  // Expected calibration error (Guo et al. 2017): how far confidence and accuracy are apart in each
  // of 15 even ranges of confidence, weighed by how many images are there; 0 … 1.
  double calibration_error = 0;
  torch::Tensor confusion;              // (C, C), int64: true class, then predicted
  torch::Tensor predicted, confidence;  // (N), int64 and float32
};

// logits: (N, C); labels: (N), int64.
Classification judge(const torch::Tensor& logits, const torch::Tensor& labels);

}  // namespace rdm
