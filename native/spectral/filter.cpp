#include "spectral/filter.h"

#include <torch/torch.h>

#include <utility>

#include "spectral/eigh.h"
#include "spectral/gram.h"
#include "spectral/newton.h"

namespace rdm {
namespace {

FilterSolver resolve(const FilterSpec& spec) {
  if (spec.solver != FilterSolver::automatic) return spec.solver;
  if (spec.keep_null_space) return FilterSolver::svd;
  return spec.shape == FilterShape::poly && spec.sigma == 2 ? FilterSolver::newton
                                                            : FilterSolver::eigh;
}

}  // namespace

std::optional<GramFilter> solve_by_gram(const FilterInput& input, const FilterSpec& spec) {
  const auto solver = resolve(spec);
  if (solver == FilterSolver::svd) return std::nullopt;
  const bool with_inner = needs_inner(input);
  const bool is_product = solver == FilterSolver::newton && spec.sigma == 2;
  const auto gram = gram_matrix(input.x, is_product ? input.x.scalar_type() : torch::kFloat64);
  if (solver == FilterSolver::newton) {
    if (auto filter = newton_filter(gram, spec.sigma, with_inner)) return filter;
  }
  return eigh_filter(gram, spec, with_inner);
}

Filter::Filter(const FilterInput& input, const FilterSpec& spec)
    : Filter(input, spec, solve_by_gram(input, spec)) {}

Filter::Filter(const FilterInput& input, const FilterSpec& spec, std::optional<GramFilter> solved)
    : input_(input) {
  if (solved) {
    way_ = *std::move(solved);
  } else {
    way_ = svd_filter(input.x, spec);
  }
}

torch::Tensor Filter::apply(const torch::Tensor& z) const {
  if (const auto* svd = std::get_if<SvdFilter>(&way_)) return rdm::apply(*svd, z);
  return rdm::apply(std::get<GramFilter>(way_), input_, z);
}

FilterSpectra Filter::spectra() const {
  const auto* gram = std::get_if<GramFilter>(&way_);
  return gram ? gram->spectra : FilterSpectra{};
}

}  // namespace rdm
