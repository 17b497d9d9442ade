// What a backbone makes of the training images while it is trained on: how many directions its
// features use.
#pragma once
#include <torch/types.h>

#include <functional>
#include <optional>
#include <stop_token>

#include "base/event.h"
#include "data/loading/loader.h"
#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

class RepresentationMonitor {
 public:
  // Looks at `kImages` of them at most, evenly spaced, in the evaluation view; in a group, each
  // rank at its share.
  static constexpr int64_t kImages = 1024;

  RepresentationMonitor(const DataOptions& options, Precision precision, const Dataset& train,
                        torch::Device device, Group* group);

  // network: images (N, 3, S, S) to features (N, D), called without gradient. top1 is left to the
  // caller. Nothing where it was stopped on the way.
  std::optional<Representation> run(
      const std::function<torch::Tensor(const torch::Tensor&)>& network,
      const std::stop_token& stop);

 private:
  Precision precision_;
  torch::Device device_;
  Group* group_;
  Loader loader_;
};

}  // namespace rdm
