// Weighted k-nearest-neighbour classification of features.
#pragma once
#include <torch/types.h>

#include <vector>

#include "distributed/group.h"
#include "options/knn_vote.h"

namespace rdm {

struct LabelledFeatures {
  torch::Tensor features;  // (N, D), float32
  torch::Tensor labels;    // (N), int64, on the same device
};

struct Accuracy {
  double top1 = 0, top5 = 0;  // percent
};

// Classifies `test` by its neighbours in `train`, once for every vote; a k beyond the number of
// training features counts as that number. Takes memory for 64 MiB of distances at once.
// In a group each rank holds its own part of `train`, and all of them the whole of `test`.
std::vector<Accuracy> classify_by_neighbours(const LabelledFeatures& train,
                                             const LabelledFeatures& test, int64_t classes,
                                             const std::vector<KnnVote>& votes, Group* group);

// The features of all ranks, whose numbers of rows may differ.
LabelledFeatures gather_features(const LabelledFeatures& own, Group* group);

}  // namespace rdm
