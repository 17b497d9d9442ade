// k-nearest-neighbour accuracy of a network, from the images on: rdm knn, and --knn-every.
#pragma once
#include <torch/types.h>

#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "base/event.h"
#include "data/loading/loader.h"
#include "distributed/group.h"
#include "judging/neighbours.h"
#include "options/options.h"

namespace rdm {

class NeighbourEvaluation {
 public:
  // Opens the validation images, which must have the classes of `train`. All images are
  // seen in the evaluation view; in a group, each rank takes its share of both splits.
  NeighbourEvaluation(const DataOptions& options, Precision precision, Dataset train,
                      torch::Device device, Group* group);

  const Dataset& train() const { return train_.dataset(); }
  int64_t train_images() const { return train_.dataset().size(); }
  int64_t val_images() const { return val_.dataset().size(); }

  // network: images (N, 3, S, S) to features (N, D), called without gradient. `progress` is told
  // how many images are done, of all ranks together. One accuracy for every vote; nothing where it
  // was stopped on the way.
  std::optional<std::vector<Accuracy>> run(
      const std::function<torch::Tensor(const torch::Tensor&)>& network,
      const std::vector<KnnVote>& votes, const std::function<void(int64_t)>& progress,
      const std::stop_token& stop);

  void report_bad_images(const Sink& sink);

 private:
  const DataOptions& options_;
  Precision precision_;
  torch::Device device_;
  Group* group_;
  Loader train_, val_;
  size_t bad_train_images_ = 0, bad_val_images_ = 0;  // reported so far
};

}  // namespace rdm
