// The paper's mechanism in one place: gather the batch of all ranks, filter one branch's outputs
// spectrally, then align.
#pragma once
#include <torch/types.h>

#include <optional>
#include <utility>
#include <vector>

#include "distributed/group.h"
#include "spectral/spec.h"

namespace rdm {

// One positive pair: the online output p and the target output z it is pulled towards, each (N, D).
struct Pair {
  torch::Tensor online;
  torch::Tensor target;
};

// Singular values of a pair's sides over all ranks, (K), in any order: those that a decomposition
// for a filter has found, here on this rank; the others are undefined.
struct Spectra {
  torch::Tensor online, target;
};

struct Aligned {
  torch::Tensor cosine;  // mean over the batch, scalar
  Pair outputs;          // what was compared, after the filter; without gradient
  Spectra spectra;       // of the outputs
};

// Each pair's mean cosine after the filter; without a filter, of the outputs as they are. Targets
// carry no gradient. Runs in float32 or better whatever the autocast.
//
// A filter is that of the outputs of all ranks; the cosine is the mean over this rank's rows. As W
// takes no gradient, and gradients are averaged over the ranks, that is the gradient of the mean
// over all rows: nothing needs to be gathered with its gradient.
std::vector<Aligned> align(const std::vector<Pair>& pairs, const std::optional<FilterSpec>& filter,
                           Group* group);

}  // namespace rdm
