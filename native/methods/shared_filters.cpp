#include "methods/shared_filters.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {
namespace {

// What rank `from` has solved, on every rank in the same types; the spectra stay where they are.
std::optional<GramFilter> share(const std::optional<GramFilter>& solved, const FilterInput& input,
                                Group& group, int64_t from) {
  if (!group.any(solved.has_value())) return std::nullopt;
  const int64_t k = std::min(input.x.size(0), input.x.size(1));
  const auto send_or_receive = [&](const torch::Tensor& sent, torch::ScalarType type) {
    const auto matrix =
        solved ? sent.to(type).contiguous() : torch::empty({k, k}, input.x.options().dtype(type));
    group.broadcast(matrix, from);
    return matrix;
  };
  GramFilter shared = solved.value_or(GramFilter{});
  shared.response = send_or_receive(shared.response, input.x.scalar_type());
  if (needs_inner(input)) shared.inner = send_or_receive(shared.inner, torch::kFloat64);
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
  std::vector<std::optional<GramFilter>> own(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (owner(i) == group->rank()) own[i] = solve_by_gram(inputs[i], spec);
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    filters.emplace_back(inputs[i], spec, share(own[i], inputs[i], *group, owner(i)));
  }
  return filters;
}

}  // namespace rdm
