// The filters of a training step, each solved by one rank and sent to the others.
#pragma once
#include <vector>

#include "distributed/group.h"
#include "spectral/filter.h"

namespace rdm {

// The filter of each input; every rank holds all inputs. Rank i mod R solves for the i-th filter,
// but for an SVD, which every rank takes itself.
std::vector<Filter> shared_filters(const std::vector<FilterInput>& inputs, const FilterSpec& spec,
                                   Group* group);

}  // namespace rdm
