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

// Filters one side of every pair by the features of that side, or of the online one. raw: the pairs
// as they were given, where one tensor may be a side of several.
std::vector<Spectra> filter_all(std::vector<Pair>& pairs, const std::vector<Pair>& raw,
                                const FilterSpec& spec, Group* group) {
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
  std::vector<Spectra> spectra(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    auto& filtered = online ? spectra[i].online : spectra[i].target;
    auto& other = online ? spectra[i].target : spectra[i].online;
    if (own && solved[i]) filtered = solved[i]->filtered_values;
    const auto& unfiltered = online ? raw[i].target : raw[i].online;
    for (size_t k = 0; k < pairs.size(); ++k) {
      const auto& source = online || !own ? raw[k].online : raw[k].target;
      if (solved[k] && source.is_alias_of(unfiltered)) other = solved[k]->singular_values;
    }
  }
  return spectra;
}

}  // namespace

std::vector<Aligned> align(const std::vector<Pair>& raw, const std::optional<FilterSpec>& filter,
                           Group* group) {
  const c10::impl::ExcludeDispatchKeyGuard without_autocast(c10::autocast_dispatch_keyset);
  std::vector<Pair> pairs;
  for (const auto& pair : raw) {
    pairs.push_back({at_least_float32(pair.online), at_least_float32(pair.target.detach())});
  }
  std::vector<Spectra> spectra(pairs.size());
  if (filter) spectra = filter_all(pairs, raw, *filter, group);
  std::vector<Aligned> aligned;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [online, target] = pairs[i];
    aligned.push_back({mean_cosine(online, target), {online.detach(), target}, spectra[i]});
  }
  return aligned;
}

}  // namespace rdm
