#include "evaluate/representation.h"

#include <torch/torch.h>

#include "device/loading.h"
#include "evaluate/features.h"
#include "judging/neighbours.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"

namespace rdm {

RepresentationMonitor::RepresentationMonitor(const DataOptions& options, Precision precision,
                                             const Dataset& train, torch::Device device,
                                             Group* group)
    : precision_(precision),
      device_(device),
      group_(group),
      loader_(evaluation_loader(options, evenly_spaced(train, kImages), device, group)) {}

std::optional<Representation> RepresentationMonitor::run(
    const std::function<torch::Tensor(const torch::Tensor&)>& network,
    const std::stop_token& stop) {
  const auto one = [&](const torch::Tensor& images) { return std::vector{network(images)}; };
  const auto no_progress = [](int64_t) {};
  const auto made = collect_features(loader_, device_, precision_, one, no_progress, stop);
  if (group_ ? group_->any(!made) : !made) return std::nullopt;
  const auto all = gather_features({made->matrices.front(), made->labels}, group_).features;
  const auto rank = effective_rank(singular_values(all));
  return Representation{all.size(0), rank.singular_values.item<double>(),
                        rank.squared.item<double>()};
}

}  // namespace rdm
