// The filters of a training step, each solved by one rank and sent to the others.
#pragma once
#include <vector>

#include "distributed/group.h"
#include "spectral/filter.h"

namespace rdm {

// The filter of each input over all ranks, whose x are this rank's features. Their Gram matrices
// are summed where that is less to send than the features, which are gathered otherwise. Rank i mod
// R solves for the i-th filter, but for an SVD, which every rank takes itself.
std::vector<Filter> shared_filters(std::vector<FilterInput> inputs, const FilterSpec& spec,
                                   Group* group);

}  // namespace rdm
