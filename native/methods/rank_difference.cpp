#include "methods/rank_difference.h"

#include <torch/torch.h>

#include "methods/alignment.h"
#include "spectral/filter.h"

namespace rdm {
namespace {

torch::Tensor at_least_float32(const torch::Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

Pair filtered(Pair pair, const FilterSpec& spec) {
  const bool online = spec.location == FilterLocation::online;
  auto& side = online ? pair.online : pair.target;
  const bool from_online = online || spec.source == FilterSource::online;
  side = apply_filter(side, from_online ? pair.online : pair.target, spec);
  return pair;
}

}  // namespace

std::vector<torch::Tensor> align(const std::vector<Pair>& pairs,
                                 const std::optional<FilterSpec>& filter) {
  const c10::impl::ExcludeDispatchKeyGuard without_autocast(c10::autocast_dispatch_keyset);
  std::vector<torch::Tensor> cosines;
  for (const auto& raw : pairs) {
    Pair pair{at_least_float32(raw.online), at_least_float32(raw.target.detach())};
    if (filter) pair = filtered(std::move(pair), *filter);
    cosines.push_back(mean_cosine(pair.online, pair.target));
  }
  return cosines;
}

}  // namespace rdm
