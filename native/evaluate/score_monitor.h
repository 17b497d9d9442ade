// Scores without labels of a network, from the images on: rdm score, and --score-every.
#pragma once
#include <torch/types.h>

#include <functional>
#include <optional>
#include <stop_token>

#include "base/event.h"
#include "data/loading/loader.h"
#include "distributed/group.h"
#include "evaluate/scored_images.h"
#include "judging/scores.h"
#include "options/options.h"

namespace rdm {

class ScoreMonitor {
 public:
  // Takes `wanted` of `held_out`; in a group, each rank its share of them.
  ScoreMonitor(const DataOptions& options, Precision precision, const Dataset& held_out,
               const ScoredImages& wanted, torch::Device device, Group* group);

  int64_t images() const { return images_.dataset().size(); }
  int64_t views() const;  // that go through the network, of all images

  // network: images (N, 3, S, S) to features (N, D), called without gradient. `progress` is told
  // how many more views are done, in this rank. Nothing where it was stopped on the way. Throws
  // not_finite where a feature is no number.
  std::optional<Scores> run(const std::function<torch::Tensor(const torch::Tensor&)>& network,
                            const std::function<void(int64_t)>& progress,
                            const std::stop_token& stop);

  void report_bad_images(const Sink& sink);

 private:
  const DataOptions& options_;
  Precision precision_;
  torch::Device device_;
  Group* group_;
  Loader images_;
  std::optional<Loader> lidar_images_;
  size_t bad_images_ = 0;  // reported so far
};

}  // namespace rdm
