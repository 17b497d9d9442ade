// Averages gradients over the ranks while the backward pass still runs, by c10d's Reducer, the
// engine of DistributedDataParallel: it sends a bucket of gradients as soon as the bucket is full.
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
  // parameters: those that require a gradient must get one in every backward pass. The buckets are
  // fixed from the start, so that every step of every run adds up in the same order.
  GradientReducer(std::vector<torch::Tensor> parameters, Group& group);
  ~GradientReducer();

  // To be called before a forward and backward pass. After that pass, all gradients that have been
  // added up since the last average are the mean over all ranks.
  void average_next();

 private:
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace rdm
