// The Rank Differential Mechanism (Zhuo et al., "Towards a Unified Theoretical Understanding of
// Non-contrastive Learning via Rank Differential Mechanism", ICLR 2023): one branch's outputs are
// filtered spectrally, so that the branches differ in rank, and then both are aligned.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

#include "distributed/group.h"
#include "spectral/filter.h"

namespace rdm {

// One positive pair: the online output p and the target output z it is pulled towards, each (n, D)
// of this rank.
struct Pair {
  torch::Tensor online, target;
};

struct Aligned {
  torch::Tensor cosine;   // mean over this rank's rows, scalar
  Pair outputs;           // what was compared, after the filter; without gradient
  FilterSpectra spectra;  // of the filter, as far as it was solved on this rank; else undefined
  // (), bool, on the device: whether there was a filter. Where its solver was not sound, the
  // outputs were compared as they are, on all ranks alike. Undefined where it is certain.
  torch::Tensor sound;
};

// Each pair's mean cosine after the filter; without a filter, of the outputs as they are. Targets
// carry no gradient. Runs in float32 or better whatever the autocast.
//
// A filter is that of the outputs of all ranks; the cosine is the mean over this rank's rows. As W
// takes no gradient, and gradients are averaged over the ranks, that is the gradient of the mean
// over all rows: nothing needs to be gathered with its gradient.
std::vector<Aligned> align(const std::vector<Pair>& pairs, const std::optional<FilterSpec>& filter,
                           Group* group);

// Features of this rank, (n, D), after a filter of their own.
struct Filtered {
  torch::Tensor rows;
  torch::Tensor sound;  // as Aligned's: where it is not, the rows are as they were
};

// Each of the features times W from their own spectrum over all ranks, in float32 or better.
std::vector<Filtered> filtered(const std::vector<torch::Tensor>& features, const FilterSpec& spec,
                               Group* group);

}  // namespace rdm
