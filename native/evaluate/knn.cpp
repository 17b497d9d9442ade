#include "evaluate/knn.h"

#include <torch/torch.h>

#include "base/error.h"
#include "device/device.h"
#include "device/loading.h"
#include "evaluate/features.h"
#include "evaluate/neighbour_evaluation.h"
#include "run/bad_images.h"
#include "run/ranks.h"

namespace rdm {
namespace {

Plain result(const KnnVote& vote, const Accuracy& accuracy) {
  return Plain::Dict{{"k", vote.k},
                     {"temperature", vote.temperature},
                     {"distance", vote.distance == Distance::cosine ? "cosine" : "euclidean"},
                     {"top1", accuracy.top1},
                     {"top5", accuracy.top5}};
}

void check_votes(const std::vector<KnnVote>& votes, int64_t train_images) {
  for (const auto& vote : votes) {
    if (vote.k <= train_images) continue;
    throw Error(Code::usage,
                message("--k ", vote.k, " is more than the ", train_images, " training images"),
                "a smaller --k, or more --images-per-class");
  }
}

Dataset open_train(const KnnOptions& options) {
  auto dataset = open_training(options, /*labelled=*/true);
  require_labels(dataset, "rdm knn");
  return dataset;
}

Plain classify(const KnnOptions& options, const Sink& sink, const std::stop_token& stop,
               Group* group) {
  const auto device = choose_device(options);
  NeighbourEvaluation evaluation(options, options.precision, open_train(options), device, group);
  const int64_t train_images = evaluation.train_images(), val_images = evaluation.val_images();
  check_votes(options.votes, train_images);
  FrozenNetworks networks(options, options.pretrained, options.branch, device, group);
  networks.require(options.features);
  if (options.pretrained.empty()) {
    sink(WarningEvent{"random_backbone",
                      "no --pretrained checkpoint: the backbone has random weights"});
  }
  const auto network = [&](const torch::Tensor& images) {
    return networks.features(images, options.features);
  };
  const auto progress = [&](int64_t done) { sink(ProgressEvent{done, train_images + val_images}); };
  const auto accuracies = evaluation.run(network, options.votes, progress, stop);
  evaluation.report_bad_images(sink);
  Plain::List results;
  for (size_t i = 0; accuracies && i < accuracies->size(); ++i) {
    results.push_back(result(options.votes[i], (*accuracies)[i]));
  }
  return Plain::Dict{{"stopped", !accuracies},
                     {"trainImages", train_images},
                     {"valImages", val_images},
                     {"places", sources_of(evaluation.train())},
                     {"results", std::move(results)}};
}

}  // namespace

Plain knn(const KnnOptions& options, const Sink& sink, std::stop_token stop) {
  Plain result;
  in_group(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    result = classify(options, heard, stop, group);
  });
  return result;
}

}  // namespace rdm
