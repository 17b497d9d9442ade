#include "evaluate/feature_set.h"

#include <torch/torch.h>

#include <cmath>

#include "data/datasets/places.h"
#include "data/jpeg/jpeg.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

// What the network sees, as a small picture: (N, 3, S, S) normalised to (N, side · side · 3),
// 0 … 255.
torch::Tensor shrink(const torch::Tensor& view, const Statistics& statistics, int64_t side) {
  const auto colour = [&](const std::array<float, 3>& values) {
    return torch::tensor(torch::ArrayRef<float>(values.data(), 3)).view({1, 3, 1, 1});
  };
  const auto pixels = view.cpu() * colour(statistics.std) + colour(statistics.mean);
  const auto small = torch::adaptive_avg_pool2d(pixels, {side, side});
  return (small * 255).round().clamp(0, 255).permute({0, 2, 3, 1}).flatten(1);
}

// (N, side · side · 3) as tiles, row by row, in a picture of ⌈√N⌉ columns.
Image tile(const torch::Tensor& tiles, int64_t side) {
  const int64_t count = tiles.size(0);
  const auto columns = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(count))));
  const int64_t rows = (count + columns - 1) / columns;
  auto all = torch::zeros({rows * columns, side, side, 3}, torch::kByte);
  all.slice(0, 0, count).copy_(tiles.view({count, side, side, 3}));
  const auto grid =
      all.view({rows, columns, side, side, 3}).transpose(1, 2).contiguous();  // row of pixels last
  Image image(columns * side, rows * side);
  std::copy_n(grid.const_data_ptr<uint8_t>(), grid.numel(), image.row(0));
  return image;
}

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
       pictures ? Plain(encode_jpeg(tile(made->matrices[1], options.thumbnail), /*quality=*/85))
                : Plain()}};
}

}  // namespace rdm
