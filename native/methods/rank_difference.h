// The paper's mechanism in one place: filter one branch's outputs spectrally, then align.
#pragma once
#include <torch/types.h>

#include <optional>
#include <utility>
#include <vector>

#include "spectral/spec.h"

namespace rdm {

// One positive pair: the online output p and the target output z it is pulled towards, each (N, D).
struct Pair {
  torch::Tensor online;
  torch::Tensor target;
};

struct Aligned {
  torch::Tensor cosine;  // mean over the batch, scalar
  Pair outputs;          // what was compared, after the filter; without gradient
};

// Each pair's mean cosine after the filter; without a filter, of the outputs as they are. Targets
// carry no gradient. Runs in float32 or better whatever the autocast.
std::vector<Aligned> align(const std::vector<Pair>& pairs, const std::optional<FilterSpec>& filter);

}  // namespace rdm
