#include "spectral/filter.h"

#include <torch/torch.h>

#include <utility>

#include "spectral/eigh.h"
#include "spectral/gram.h"
#include "spectral/newton.h"

namespace rdm {

bool is_product(const FilterSpec& spec) {
  const bool by_newton = spec.solver == FilterSolver::newton ||
                         (spec.solver == FilterSolver::automatic && !spec.keep_null_space);
  return by_newton && spec.shape == FilterShape::poly && spec.sigma == 2;
}

FilterSolver solver_on(torch::Device device, const FilterSpec& spec) {
  if (spec.solver != FilterSolver::automatic) return spec.solver;
  if (spec.keep_null_space) return FilterSolver::svd;
  if (is_product(spec)) return FilterSolver::newton;
  const bool best = !device.is_cpu() && newton_applies(spec.shape, spec.sigma);
  return best ? FilterSolver::newton : FilterSolver::eigh;
}

FilterSolver solver_after(FilterSolver solver) {
  return solver == FilterSolver::newton ? FilterSolver::eigh : FilterSolver::svd;
}

torch::ScalarType gram_type(const torch::Tensor& x, const FilterSpec& spec) {
  return is_product(spec) ? x.scalar_type() : torch::kFloat64;
}

bool seen_unsound(const GramFilter& filter) {
  return filter.sound.defined() && filter.sound.is_cpu() && !filter.sound.item<bool>();
}

std::optional<GramFilter> solve_by_gram(const FilterInput& input, const FilterSpec& spec) {
  const auto solver = solver_on(input.x.device(), spec);
  if (solver == FilterSolver::svd) return std::nullopt;
  const bool with_inner = needs_inner(input);
  const auto gram = input.gram ? *input.gram : gram_matrix(input.x, gram_type(input.x, spec));
  if (solver == FilterSolver::newton) {
    const auto filter = newton_filter(gram, spec.sigma, with_inner);
    if (!seen_unsound(filter)) return filter;
  }
  return eigh_filter(gram, spec, with_inner);
}

Filter::Filter(const FilterInput& input, const FilterSpec& spec)
    : Filter(input, spec, solve_by_gram(input, spec)) {}

Filter::Filter(const FilterInput& input, const FilterSpec& spec, std::optional<GramFilter> solved)
    : input_(input) {
  if (solved && !seen_unsound(*solved)) {
    way_ = *std::move(solved);
  } else {
    way_ = svd_filter(input.x, spec);
  }
}

torch::Tensor Filter::apply(const torch::Tensor& z) const {
  if (const auto* svd = std::get_if<SvdFilter>(&way_)) return rdm::apply(*svd, z);
  const auto& gram = std::get<GramFilter>(way_);
  const auto filtered = rdm::apply(gram, input_, z);
  return sound().defined() ? torch::where(gram.sound, filtered, z) : filtered;
}

FilterSpectra Filter::spectra() const {
  const auto* gram = std::get_if<GramFilter>(&way_);
  return gram ? gram->spectra : FilterSpectra{};
}

torch::Tensor Filter::sound() const {
  const auto* gram = std::get_if<GramFilter>(&way_);
  const bool certain = !gram || !gram->sound.defined() || gram->sound.is_cpu();
  return certain ? torch::Tensor() : gram->sound;
}

}  // namespace rdm
