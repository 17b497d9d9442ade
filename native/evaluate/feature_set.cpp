#include "evaluate/feature_set.h"

#include <torch/torch.h>

#include "data/datasets/places.h"
#include "device/device.h"
#include "device/loading.h"
#include "device/thumbnails.h"
#include "evaluate/features.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

Plain::Floats floats(const torch::Tensor& matrix) {
  const auto values = matrix.cpu().contiguous();
  const auto* begin = values.const_data_ptr<float>();
  return {begin, begin + values.numel()};
}

struct Listing {
  Plain::List labels, classes, paths;
};

Listing list(const Dataset& dataset) {
  Listing out;
  for (const auto& sample : dataset.samples) {
    out.paths.push_back(sample.path);
    if (dataset.labelled()) out.labels.push_back(sample.label);
  }
  out.classes = Plain::List(dataset.classes.begin(), dataset.classes.end());
  return out;
}

}  // namespace

Plain feature_set(const FeatureSetOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options);
  auto loader = evaluation_loader(options, open_looked_at(options), device, /*group=*/nullptr);
  const auto& dataset = loader.dataset();
  FrozenNetworks networks(options, options.pretrained, options.branch, device, /*group=*/nullptr);
  networks.require(options.features);
  const auto statistics = statistics_for(options, dataset);
  const auto network = [&](const torch::Tensor& batch) {
    std::vector made{networks.features(batch, options.features)};
    if (options.thumbnail > 0) {
      made.push_back(shrink(batch, statistics, options.thumbnail));
    }
    return made;
  };
  int64_t done = 0;
  const auto progress = [&](int64_t more) { sink(ProgressEvent{done += more, dataset.size()}); };
  const auto made =
      collect_features(loader, device, options.precision, network, progress, std::move(stop));
  size_t reported = 0;
  report_bad_images(loader, "val", options.output, sink, reported, /*group=*/nullptr);
  auto listing = made ? list(dataset) : Listing();
  const bool pictures = made && options.thumbnail > 0;
  return Plain::Dict{
      {"stopped", !made},
      {"images", dataset.size()},
      {"places", sources_of(dataset)},
      {"dim", made ? made->matrices[0].size(1) : int64_t{0}},
      {"features", made ? floats(made->matrices[0]) : Plain::Floats()},
      {"labels", std::move(listing.labels)},
      {"classes", std::move(listing.classes)},
      {"paths", std::move(listing.paths)},
      {"thumbnails",
       pictures ? Plain(jpeg_of_tiles(made->matrices[1], options.thumbnail)) : Plain()}};
}

}  // namespace rdm
