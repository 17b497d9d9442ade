#include "methods/rank_difference.h"

#include <torch/torch.h>

#include <utility>

#include "losses/alignment.h"
#include "methods/shared_filters.h"
#include "spectral/precision.h"

namespace rdm {
namespace {

using Branch = torch::Tensor Pair::*;

// The branch whose rank the filter changes.
Branch filtered_branch(const FilterSpec& spec) {
  return spec.location == FilterLocation::online ? &Pair::online : &Pair::target;
}

// The branch whose singular vectors the filter has.
Branch source(const FilterSpec& spec) {
  return filters_own_features(spec) ? filtered_branch(spec) : &Pair::online;
}

// The source's features of this rank, and that they will be a filter for z.
FilterInput filter_input(const torch::Tensor& source, const torch::Tensor& z) {
  FilterInput input{source.detach()};
  if (source.is_same(z)) input.first_row = 0;
  input.gradient = z.requires_grad() && torch::GradMode::is_enabled();
  return input;
}

Aligned compare(const Pair& pair, const FilterSpectra& spectra, const torch::Tensor& sound) {
  return {
      mean_cosine(pair.online, pair.target), {pair.online.detach(), pair.target}, spectra, sound};
}

Aligned filter_and_compare(Pair pair, const FilterSpec& spec, const Filter& w) {
  auto& z = pair.*filtered_branch(spec);
  z = w.apply(z);  // p W or z W, (n, D)
  return compare(pair, w.spectra(), w.sound());
}

// The mechanism: of each pair, one branch is multiplied with W = V g(S) Vᵀ from the spectrum
// X = U S Vᵀ of its own features or of the online ones. All filters are solved for at once, since
// the ranks share that work.
std::vector<Aligned> align_filtered(const std::vector<Pair>& pairs, const FilterSpec& spec,
                                    Group* group) {
  std::vector<FilterInput> inputs;
  for (const Pair& pair : pairs) {
    inputs.push_back(filter_input(pair.*source(spec), pair.*filtered_branch(spec)));
  }
  const std::vector<Filter> filters = shared_filters(std::move(inputs), spec, group);
  std::vector<Aligned> aligned;
  for (size_t i = 0; i < pairs.size(); ++i) {
    aligned.push_back(filter_and_compare(pairs[i], spec, filters[i]));
  }
  return aligned;
}

}  // namespace

std::vector<Aligned> align(const std::vector<Pair>& outputs,
                           const std::optional<FilterSpec>& filter, Group* group) {
  const WithoutAutocast exactly;
  std::vector<Pair> pairs;
  for (const auto& [online, target] : outputs) {
    pairs.push_back({at_least_float32(online), at_least_float32(target.detach())});
  }
  if (filter) return align_filtered(pairs, *filter, group);
  std::vector<Aligned> aligned;
  for (const Pair& pair : pairs) aligned.push_back(compare(pair, {}, {}));
  return aligned;
}

std::vector<Filtered> filtered(const std::vector<torch::Tensor>& features, const FilterSpec& spec,
                               Group* group) {
  const WithoutAutocast exactly;
  std::vector<torch::Tensor> rows;
  std::vector<FilterInput> inputs;
  for (const auto& of_crop : features) {
    rows.push_back(at_least_float32(of_crop));
    inputs.push_back(filter_input(rows.back(), rows.back()));
  }
  const auto filters = shared_filters(std::move(inputs), spec, group);
  std::vector<Filtered> out;
  for (size_t i = 0; i < rows.size(); ++i) {
    out.push_back({filters[i].apply(rows[i]), filters[i].sound()});
  }
  return out;
}

}  // namespace rdm
