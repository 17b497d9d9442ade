// What a step has compared, for the rank monitor: with the singular values that the filters found
// on the way, so that it need not decompose the same outputs again.
#pragma once
#include <torch/nn.h>

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

// What the loss of a method compares, of whole images in evaluation, and what stands between.
struct Between {
  Pair compared;  // (N, D) each: online and target as the loss aligns them
  // The same images before and after what makes the branches differ, (N, D) each; undefined where
  // nothing does.
  torch::Tensor input, output;
};

// pairs: (p1, z2) and (p2, z1) of the large crops, then any others. one_network: before the filter,
// p and z of a view are the same outputs.
Compared compared(const std::vector<Aligned>& pairs, const std::optional<FilterSpec>& filter,
                  bool one_network);

// Of SimSiam and BYOL: the filter of one branch, or without one the predictor of the online branch.
// rows: of all images, (N, D) each, as the projectors make them.
Between before_alignment(const Pair& rows, const std::optional<FilterSpec>& filter,
                         torch::nn::Sequential predictor);

}  // namespace rdm
