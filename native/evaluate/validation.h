// Top-1 and top-5 of a classifier on the validation images.
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

class Validation {
 public:
  // Opens the validation images; `training`, where given, must have the same classes.
  Validation(const RunOptions& options, const Dataset* training, torch::Device device,
             Group* group);

  // logits: images (N, 3, S, S) to (N, C), called without gradient. best_top1: of the run so far.
  // Nothing: stopped on the way, which several ranks, each with its share of the images, are not.
  std::optional<EvaluationEvent> run(
      int64_t epoch, const std::function<torch::Tensor(const torch::Tensor&)>& logits,
      double best_top1, const Sink& sink, const std::stop_token& stop);

  const Dataset& dataset() const { return loader_.dataset(); }

 private:
  const RunOptions& options_;
  torch::Device device_;
  Group* group_;
  Loader loader_;
  size_t bad_images_ = 0;  // reported so far
};

}  // namespace rdm
