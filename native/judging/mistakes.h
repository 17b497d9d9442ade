// The commonest confusions of a classifier, with some images of each.
#pragma once
#include <cstdint>
#include <vector>

#include "data/datasets/dataset.h"
#include "judging/classification.h"

namespace rdm {

struct Mistake {
  int64_t label = 0, predicted = 0;
  int64_t count = 0;            // of the images
  std::vector<int64_t> images;  // some of them, the most confident first
};

// The commonest first; at most 24 with at most 8 images each. labels: (N), int64.
std::vector<Mistake> commonest_mistakes(const Classification& found, const torch::Tensor& labels);

}  // namespace rdm
