// The decompositions of a step's filters, each made by one rank and sent to the others.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

#include "distributed/group.h"
#include "spectral/filter.h"

namespace rdm {

// solve_filter for each of `features`, (N, D), which every rank holds. Rank i mod R decomposes the
// i-th of them; nothing where that found none, and every rank then takes the SVD itself.
std::vector<std::optional<GramFilter>> solve_filters(const std::vector<torch::Tensor>& features,
                                                     const FilterSpec& spec, bool with_inner,
                                                     Group* group);

}  // namespace rdm
