#include "methods/shared_filters.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {
namespace {

// What rank `from` has solved, on every rank in the same types; the spectra stay where they are.
GramFilter share(const std::optional<GramFilter>& solved, const FilterInput& input, bool may_fail,
                 Group& group, int64_t from) {
  const int64_t k = std::min(input.x.size(0), input.x.size(1));
  const auto send_or_receive = [&](const torch::Tensor& sent, at::IntArrayRef shape,
                                   torch::ScalarType type) {
    const auto tensor =
        solved ? sent.to(type).contiguous() : torch::empty(shape, input.x.options().dtype(type));
    group.broadcast(tensor, from);
    return tensor;
  };
  GramFilter shared = solved.value_or(GramFilter{});
  shared.response = send_or_receive(shared.response, {k, k}, input.x.scalar_type());
  if (needs_inner(input)) shared.inner = send_or_receive(shared.inner, {k, k}, torch::kFloat64);
  if (may_fail) shared.sound = send_or_receive(shared.sound, {}, torch::kUInt8).to(torch::kBool);
  return shared;
}

}  // namespace

std::vector<Filter> shared_filters(const std::vector<FilterInput>& inputs, const FilterSpec& spec,
                                   Group* group) {
  std::vector<Filter> filters;
  if (!group) {
    for (const auto& input : inputs) filters.emplace_back(input, spec);
    return filters;
  }
  const auto owner = [&](size_t i) { return static_cast<int64_t>(i) % group->size(); };
  // First all solve, then all send, lest one rank waits for the other's decomposition to begin its
  // own.
  const auto by_svd = [&](size_t i) {
    return solver_on(inputs[i].x.device(), spec) == FilterSolver::svd;
  };
  std::vector<std::optional<GramFilter>> solved(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (owner(i) == group->rank()) solved[i] = solve_by_gram(inputs[i], spec);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!by_svd(i)) solved[i] = share(solved[i], inputs[i], !is_product(spec), *group, owner(i));
    filters.emplace_back(inputs[i], spec, solved[i]);
  }
  return filters;
}

}  // namespace rdm
