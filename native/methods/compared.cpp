#include "methods/compared.h"

namespace rdm {
namespace {

Spectra known_spectra(const FilterSpectra& first, const FilterSpectra& second,
                      const FilterSpec& spec, bool one_network) {
  if (!filters_own_features(spec)) return {first.before, {}};
  // The branch that is left as it is has the outputs of the other view. Where both branches are one
  // network, those are what the second pair's filter was made of.
  const auto unfiltered = one_network ? second.before : torch::Tensor();
  const bool online = spec.location == FilterLocation::online;
  return online ? Spectra{first.after, unfiltered} : Spectra{unfiltered, first.after};
}

}  // namespace

Compared compared(const std::vector<Aligned>& pairs, const std::optional<FilterSpec>& filter,
                  bool one_network) {
  const Aligned &first = pairs[0], &second = pairs[1];
  if (!filter) return {first.outputs};
  auto sound = first.sound;
  for (size_t i = 1; sound.defined() && i < pairs.size(); ++i) sound = sound & pairs[i].sound;
  return {first.outputs, known_spectra(first.spectra, second.spectra, *filter, one_network), sound};
}

Between before_alignment(const Pair& rows, const std::optional<FilterSpec>& filter,
                         torch::nn::Sequential predictor) {
  if (!filter) {
    const auto predicted = predictor->forward(rows.online);
    return {{predicted, rows.target}, rows.online, predicted};
  }
  const auto outputs = align({rows}, filter, /*group=*/nullptr).front().outputs;
  if (filter->location == FilterLocation::online) return {outputs, rows.online, outputs.online};
  return {outputs, rows.target, outputs.target};
}

}  // namespace rdm
