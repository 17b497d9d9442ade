// Averages gradients over the ranks while the backward pass still runs: c10d's Reducer, the engine
// of DistributedDataParallel, sends a bucket of them as soon as it is full.
#pragma once
#include <torch/types.h>

#include <memory>
#include <vector>

#include "distributed/group.h"

namespace c10d {
class Reducer;
}

namespace rdm {

class GradientReducer {
 public:
  // parameters: all that take a gradient in every backward pass. The buckets are fixed from the
  // start, so that sums are added up in one order in every step of every run.
  GradientReducer(std::vector<torch::Tensor> parameters, Group& group);
  ~GradientReducer();

  // Before the forward and backward pass whose gradients, and those added up since the last such
  // pass, become the mean over all ranks.
  void average_next();

 private:
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace rdm
