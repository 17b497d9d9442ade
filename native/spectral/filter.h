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

// Whether the filter is G or Gᵀ itself, which a product makes: poly with sigma 2.
bool is_product(const FilterSpec& spec);

// What the spec's solver is on a device. `auto` is newton for a product; svd where the null space
// is kept, since a Gram matrix does not resolve it; for all others, eigh on a CPU. An accelerator
// is best at newton's products, and has eigh for what newton does not do.
FilterSolver solver_on(torch::Device device, const FilterSpec& spec);

// What solves where this one was not sound: eigh after newton, svd after eigh.
FilterSolver solver_after(FilterSolver solver);

// Directions of X with s <= s_max · max(N, D) · eps(float32) are dropped, unless the spec keeps
// them. X that is not finite gives outputs that are not, so that the loss says so.
//
// A CPU looks at once whether a solver was sound, and takes the next one where it was not.
// Elsewhere the host would have to wait for the device to look, so Z stays as it is where W is not
// sound, and sound() says so on the device: the step is then for nobody to take.
class Filter {
 public:
  Filter(const FilterInput& input, const FilterSpec& spec);
  // solved: the result of solve_by_gram for the same input, made here or on another rank. Where it
  // is seen to be unsound, or there is none, the input's x must be the features of all ranks.
  Filter(const FilterInput& input, const FilterSpec& spec, std::optional<GramFilter> solved);

  // Z W for Z (n, D) as the input says; the gradient goes through Z alone, W being a constant.
  torch::Tensor apply(const torch::Tensor& z) const;

  FilterSpectra spectra() const;
  torch::Tensor sound() const;  // (), bool, on the device; undefined where it is certain

 private:
  FilterInput input_;
  std::variant<GramFilter, SvdFilter> way_;
};

// Of the Gram matrix that solve_by_gram starts from.
torch::ScalarType gram_type(const torch::Tensor& x, const FilterSpec& spec);

// On a CPU, whose values the host has at once; elsewhere never.
bool seen_unsound(const GramFilter& filter);

// The part of a filter that is worth sharing between processes. Returns nothing where the solver is
// an SVD, in all processes alike.
std::optional<GramFilter> solve_by_gram(const FilterInput& input, const FilterSpec& spec);

}  // namespace rdm
