#include "evaluate/spectrum.h"

#include <torch/torch.h>

#include "checkpoint/names.h"
#include "checkpoint/weights_file.h"
#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "lens/lens.h"
#include "run/bad_images.h"
#include "spectral/effective_rank.h"
#include "spectral/eigh.h"

namespace rdm {
namespace {

struct BranchNetworks {
  Branch branch;
  FrozenNetworks networks;
};

std::vector<BranchNetworks> load_branches(const SpectrumOptions& options, torch::Device device) {
  std::vector<Branch> branches{Branch::online};
  {
    const WeightsFile file(options.pretrained);
    const auto layout = find_layout(file.shapes());
    if (layout) branches = branches_of(file.shapes(), *layout);
  }
  std::vector<BranchNetworks> out;
  for (const auto branch : branches) {
    out.push_back(
        {branch, FrozenNetworks(options, options.pretrained, branch, device, /*group=*/nullptr)});
  }
  return out;
}

// Nothing where the file is not of a pretraining, or of one whose record is not complete.
std::unique_ptr<Lens> open_lens(const SpectrumOptions& options, torch::Device device,
                                const Sink& sink) {
  try {
    return Lens::open(options.pretrained, device);
  } catch (const Error& error) {
    sink(WarningEvent{"no_lens", message("its branches are not compared: ", error.what())});
    return nullptr;
  }
}

Plain describe(Branch branch, FeatureLayer layer, const torch::Tensor& features) {
  const auto s = singular_values(features).flip(0).cpu();
  const auto rank = effective_rank(s);
  const auto* values = s.const_data_ptr<double>();
  return Plain::Dict{{"branch", name_of(branch)},
                     {"features", name_of(layer)},
                     {"dim", features.size(1)},
                     {"singularValues", Plain::List(values, values + s.numel())},
                     {"effectiveRank", rank.singular_values.item<double>()},
                     {"effectiveRankSquared", rank.squared.item<double>()}};
}

}  // namespace

Plain spectrum(const SpectrumOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  auto loader = evaluation_loader(options, open_looked_at(options), device, /*group=*/nullptr);
  auto branches = load_branches(options, device);
  const auto lens = open_lens(options, device, sink);
  const int64_t images = loader.dataset().size();
  const auto network = [&](const torch::Tensor& batch) {
    std::vector<torch::Tensor> made;
    for (auto& [branch, networks] : branches) {
      made.push_back(networks.backbone(batch));
      if (networks.has_projector()) made.push_back(networks.projector(made.back()));
    }
    if (lens) {
      auto [online, target] = lens->branches(batch);
      made.push_back(std::move(online));
      made.push_back(std::move(target));
    }
    return made;
  };
  int64_t done = 0;
  const auto progress = [&](int64_t more) { sink(ProgressEvent{done += more, images}); };
  const auto made =
      collect_features(loader, device, options.precision, network, progress, std::move(stop));
  Plain::List spectra;
  Plain compared;
  if (made) {
    auto matrix = made->matrices.begin();
    for (const auto& [branch, networks] : branches) {
      spectra.push_back(describe(branch, FeatureLayer::backbone, *matrix++));
      if (networks.has_projector()) {
        spectra.push_back(describe(branch, FeatureLayer::projector, *matrix++));
      }
    }
    if (lens) compared = lens->describe({matrix[0], matrix[1]});
  }
  size_t reported = 0;
  report_bad_images(loader, "val", options.output, sink, reported, /*group=*/nullptr);
  return Plain::Dict{{"stopped", !made},
                     {"images", images},
                     {"places", sources_of(loader.dataset())},
                     {"spectra", std::move(spectra)},
                     {"compared", std::move(compared)}};
}

}  // namespace rdm
