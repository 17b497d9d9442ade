#include "evaluate/score_monitor.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "device/loading.h"
#include "evaluate/features.h"
#include "run/bad_images.h"

namespace rdm {
namespace {

LoaderOptions of_views(const DataOptions& options, const Dataset& dataset,
                       const ScoredImages& wanted, torch::Device device, const Group* group) {
  auto loader = loader_options(options, dataset, wanted.seed, device, group);
  loader.share.padded = false;
  loader.batch_size = std::max<int64_t>(options.val_batch_size / wanted.lidar_views, 1);
  loader.shuffle = false;
  loader.drop_last = false;
  RandomView view;
  view.size = options.crop_size;
  loader.augmentation = std::vector<RandomView>(static_cast<size_t>(wanted.lidar_views), view);
  return loader;
}

// (N, q, D) of all images of this rank; nothing where it was stopped on the way.
std::optional<torch::Tensor> features_of_views(
    Loader& loader, torch::Device device, Precision precision,
    const std::function<torch::Tensor(const torch::Tensor&)>& network,
    const std::function<void(int64_t)>& progress, const std::stop_token& stop) {
  std::vector<torch::Tensor> parts;
  const auto work = [&](const DeviceBatch& batch) {
    std::vector<torch::Tensor> views;
    for (const auto& view : batch.views) views.push_back(network(view).to(torch::kFloat32));
    parts.push_back(torch::stack(views, /*dim=*/1));
    progress(static_cast<int64_t>(batch.images.size() * views.size()));
  };
  if (!each_batch(loader, device, precision, /*first_step=*/0, stop, work)) return std::nullopt;
  auto all = torch::cat(parts);
  check_finite(all.flatten(1));
  return all;
}

}  // namespace

ScoreMonitor::ScoreMonitor(const DataOptions& options, Precision precision, const Dataset& held_out,
                           const ScoredImages& wanted, torch::Device device, Group* group)
    : options_(options),
      precision_(precision),
      device_(device),
      group_(group),
      images_(evaluation_loader(options, evenly_spaced(held_out, wanted.images), device, group)) {
  if (wanted.lidar_images == 0) return;
  auto some = evenly_spaced(images_.dataset(), wanted.lidar_images);
  const auto loader = of_views(options, some, wanted, device, group);
  lidar_images_.emplace(std::move(some), loader);
}

int64_t ScoreMonitor::views() const {
  if (!lidar_images_) return images();
  const auto& drawn = std::get<std::vector<RandomView>>(lidar_images_->options().augmentation);
  return images() + lidar_images_->dataset().size() * static_cast<int64_t>(drawn.size());
}

std::optional<Scores> ScoreMonitor::run(
    const std::function<torch::Tensor(const torch::Tensor&)>& network,
    const std::function<void(int64_t)>& progress, const std::stop_token& stop) {
  const auto one = [&](const torch::Tensor& images) { return std::vector{network(images)}; };
  const auto plain = collect_features(images_, device_, precision_, one, progress, stop);
  const auto drawn = plain && lidar_images_ ? features_of_views(*lidar_images_, device_, precision_,
                                                                network, progress, stop)
                                            : std::nullopt;
  const bool stopped = !plain || (lidar_images_ && !drawn);
  if (group_ ? group_->any(stopped) : stopped) return std::nullopt;
  const auto features = of_all_ranks(plain->matrices.front(), group_);
  Scores scores{rank_me(features), alpha_req(features, EigenvalueRange::of(features)),
                std::numeric_limits<double>::quiet_NaN()};
  if (!drawn) return scores;
  const auto views = of_all_ranks(drawn->flatten(1), group_);
  scores.lidar = lidar(views.view({views.size(0), drawn->size(1), drawn->size(2)}));
  return scores;
}

void ScoreMonitor::report_bad_images(const Sink& sink) {
  rdm::report_bad_images(images_, "val", options_.output, sink, bad_images_, group_);
}

}  // namespace rdm
