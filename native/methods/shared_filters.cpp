#include "methods/shared_filters.h"

#include <torch/torch.h>

namespace rdm {
namespace {

// The filter that `from` has solved, on every rank in the same types.
std::optional<GramFilter> share(const std::optional<GramFilter>& solved, const torch::Tensor& x,
                                bool with_inner, Group& group, int64_t from) {
  const bool found = group.any(group.rank() == from && solved.has_value());
  if (!found) return std::nullopt;
  const int64_t k = std::min(x.size(0), x.size(1));
  const auto receive = [&](const torch::Tensor& sent, torch::ScalarType type) {
    const auto matrix =
        sent.defined() ? sent.to(type).contiguous() : torch::empty({k, k}, x.options().dtype(type));
    group.broadcast(matrix, from);
    return matrix;
  };
  auto filter = solved.value_or(GramFilter{});  // the owner keeps its singular values
  filter.response = receive(solved ? solved->response : torch::Tensor(), x.scalar_type());
  if (with_inner) {
    filter.inner = receive(solved ? solved->inner : torch::Tensor(), torch::kFloat64);
  }
  return filter;
}

}  // namespace

std::vector<std::optional<GramFilter>> solve_filters(const std::vector<torch::Tensor>& features,
                                                     const FilterSpec& spec, bool with_inner,
                                                     Group* group) {
  std::vector<std::optional<GramFilter>> solved(features.size());
  const auto owner = [&](size_t i) {
    return group ? static_cast<int64_t>(i) % group->size() : int64_t{0};
  };
  for (size_t i = 0; i < features.size(); ++i) {
    if (!group || owner(i) == group->rank()) {
      solved[i] = solve_filter(features[i], spec, with_inner);
    }
  }
  if (!group) return solved;
  for (size_t i = 0; i < features.size(); ++i) {
    solved[i] = share(solved[i], features[i], with_inner, *group, owner(i));
  }
  return solved;
}

}  // namespace rdm
