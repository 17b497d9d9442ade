// The paper's spectral filter W = V g(S) Vᵀ of features X = U S Vᵀ, made and applied by whichever
// way suits the features.
#pragma once
#include <torch/types.h>

#include <optional>
#include <variant>

#include "spectral/gram_filter.h"
#include "spectral/spec.h"
#include "spectral/svd.h"

namespace rdm {

// Directions of X with s <= s_max · max(N, D) · eps(float32) are dropped, unless the spec keeps
// them. X that is not finite gives a filter of NaN, so that the loss says so.
//
// The solver `auto` is newton for poly with sigma 2, which is a product; svd where the null space
// is kept, since a Gram matrix does not resolve it; eigh for all others.
class Filter {
 public:
  Filter(const FilterInput& input, const FilterSpec& spec);
  // solved: the result of solve_by_gram for the same input, made here or on another rank.
  Filter(const FilterInput& input, const FilterSpec& spec, std::optional<GramFilter> solved);

  // Z W for Z (n, D) as the input says; the gradient goes through Z alone, W being a constant.
  torch::Tensor apply(const torch::Tensor& z) const;

  FilterSpectra spectra() const;

 private:
  FilterInput input_;
  std::variant<GramFilter, SvdFilter> way_;
};

// The part of a filter that is worth sharing between processes. Returns nothing where only the SVD
// is left, be it asked for or the last resort.
std::optional<GramFilter> solve_by_gram(const FilterInput& input, const FilterSpec& spec);

}  // namespace rdm
