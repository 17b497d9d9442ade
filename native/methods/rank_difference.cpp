#include "methods/rank_difference.h"

#include <torch/torch.h>

#include "methods/alignment.h"
#include "methods/shared_filters.h"
#include "spectral/filter.h"

namespace rdm {
namespace {

torch::Tensor at_least_float32(const torch::Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

// Filters one side of every pair by the features of that side, or of the online one.
void filter_all(std::vector<Pair>& pairs, const FilterSpec& spec, Group* group) {
  const bool online = spec.location == FilterLocation::online;
  const bool own = online || spec.source == FilterSource::own;
  std::vector<torch::Tensor> features;
  bool with_inner = false;
  for (const auto& pair : pairs) {
    const auto& source = online || !own ? pair.online : pair.target;
    features.push_back(gather_rows(source.detach(), group));
    with_inner = needs_inner(online ? pair.online : pair.target, features.back(), own);
  }
  const auto solved = solve_filters(features, spec, with_inner, group);
  for (size_t i = 0; i < pairs.size(); ++i) {
    auto& side = online ? pairs[i].online : pairs[i].target;
    const int64_t first_row = group ? group->rank() * side.size(0) : 0;
    side = apply_filter(side, features[i], own ? std::optional(first_row) : std::nullopt, solved[i],
                        spec);
  }
}

}  // namespace

std::vector<Aligned> align(const std::vector<Pair>& raw, const std::optional<FilterSpec>& filter,
                           Group* group) {
  const c10::impl::ExcludeDispatchKeyGuard without_autocast(c10::autocast_dispatch_keyset);
  std::vector<Pair> pairs;
  for (const auto& pair : raw) {
    pairs.push_back({at_least_float32(pair.online), at_least_float32(pair.target.detach())});
  }
  if (filter) filter_all(pairs, *filter, group);
  std::vector<Aligned> aligned;
  for (const auto& pair : pairs) {
    aligned.push_back({mean_cosine(pair.online, pair.target), {pair.online.detach(), pair.target}});
  }
  return aligned;
}

}  // namespace rdm
