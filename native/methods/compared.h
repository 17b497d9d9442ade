// What a step has compared, for the rank monitor: with the singular values that the filters found
// on the way, so that it need not decompose the same outputs again.
#pragma once
#include <optional>
#include <vector>

#include "methods/rank_difference.h"

namespace rdm {

// Singular values of each branch's outputs over all ranks, (K), in any order; undefined where this
// rank has not found them.
struct Spectra {
  torch::Tensor online, target;
};

struct Compared {
  Pair outputs;  // of the first pair, after the filter; without gradient
  Spectra spectra;
  // (), bool, on the device: whether all filters are sound; undefined where it is certain. Where
  // one is not, its outputs are as they were before it, and no spectra are known.
  torch::Tensor sound;
};

// pairs: (p1, z2) and (p2, z1) of two views. one_network: before the filter, p and z of a view are
// the same outputs.
Compared compared(const std::vector<Aligned>& pairs, const std::optional<FilterSpec>& filter,
                  bool one_network);

}  // namespace rdm
