#include "train/knn.h"

#include <torch/torch.h>

#include "checkpoint/names.h"
#include "models/linear_probe.h"
#include "train/device.h"
#include "train/feed.h"
#include "train/loading.h"
#include "train/neighbours.h"
#include "train/weights.h"

namespace rdm {
namespace {

// Features of every image of a loader; nothing where it was stopped on the way.
std::optional<LabelledFeatures> features_of(LinearProbe& probe, Loader& loader,
                                            torch::Device device, Precision precision,
                                            const std::function<void(int64_t)>& done,
                                            const std::stop_token& stop) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> features, labels;
  loader.start(0);
  Feed feed(loader, device);
  while (auto batch = feed.next()) {
    const Autocast autocast(device, precision);
    features.push_back(probe.network()->features(batch->views[0]).to(torch::kFloat32));
    labels.push_back(batch->labels.clone());  // the loader's memory goes back to it
    done(batch->labels.size(0));
    if (stop.stop_requested()) return std::nullopt;
  }
  return LabelledFeatures{torch::cat(features), torch::cat(labels)};
}

LinearProbe frozen_backbone(const KnnOptions& options, torch::Device device) {
  LinearProbe probe(find_architecture(options.arch), options.stem, /*classes=*/1);
  if (!options.pretrained.empty()) {
    load_backbone_weights(*probe.network(), load_backbone(options.pretrained, options.arch).weights,
                          options.pretrained);
  }
  probe.network()->to(device);
  to_channels_last(*probe.network());
  probe.freeze();
  return probe;
}

Plain result(const Vote& vote, const Accuracy& accuracy) {
  return Plain::Dict{{"k", vote.k},
                     {"temperature", vote.temperature},
                     {"distance", vote.distance == Distance::cosine ? "cosine" : "euclidean"},
                     {"top1", accuracy.top1},
                     {"top5", accuracy.top5}};
}

}  // namespace

Plain knn(const KnnOptions& options, const Sink& sink, std::stop_token stop) {
  const auto device = choose_device(options.device, options.gpu, options.precision);
  auto train = evaluation_loader(options, "train", options.images_per_class, device);
  auto val = evaluation_loader(options, "val", options.val_images_per_class, device);
  same_classes(train.dataset(), val.dataset());
  const int64_t train_images = train.dataset().size(), val_images = val.dataset().size();
  seed_everything(/*seed=*/0, device);
  auto probe = frozen_backbone(options, device);
  if (options.pretrained.empty()) {
    sink(WarningEvent{"random_backbone",
                      "no --pretrained checkpoint: the backbone has random weights"});
  }

  int64_t done = 0;
  const auto progress = [&](int64_t images) {
    sink(ProgressEvent{done += images, train_images + val_images});
  };
  Plain::List results;
  const auto known = features_of(probe, train, device, options.precision, progress, stop);
  const auto asked =
      known ? features_of(probe, val, device, options.precision, progress, stop) : std::nullopt;
  if (asked) {
    const auto classes = static_cast<int64_t>(train.dataset().classes.size());
    const auto accuracies = classify_by_neighbours(*known, *asked, classes, options.votes);
    for (size_t i = 0; i < accuracies.size(); ++i) {
      results.push_back(result(options.votes[i], accuracies[i]));
    }
  }
  size_t reported = 0;
  report_bad_images(train, "train", options.output, sink, reported);
  reported = 0;
  report_bad_images(val, "val", options.output, sink, reported);
  return Plain::Dict{{"stopped", !asked},
                     {"trainImages", train_images},
                     {"valImages", val_images},
                     {"results", std::move(results)}};
}

}  // namespace rdm
