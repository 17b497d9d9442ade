// A loss or a gradient that is not finite: which step it was, of which images.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "data/datasets/dataset.h"
#include "distributed/group.h"
#include "run/run_state.h"

namespace rdm {

class Diverged : public Error {
 public:
  using Error::Error;
};

struct TrainedStep {
  int64_t epoch = 0, step = 0;
  double lr = 0;
  torch::Tensor loss;           // scalar, on the device
  std::vector<int64_t> images;  // of the batch, indices into the dataset
};

// Remembers the steps since it last looked. Looking is what waits for the device, so the loop looks
// where it reads its meters, and before it saves.
class DivergenceWatch {
 public:
  explicit DivergenceWatch(torch::Device device);

  // raised: FiniteGuard's, after the step.
  void add(TrainedStep step, const torch::Tensor& raised);

  // Throws Diverged (not_finite) with the first step that was not finite, and lists its images in
  // OUTPUT/diverged-EPOCH-STEP.txt. last: the checkpoint to go on from; may be empty.
  // Of several ranks those after the first write EPOCH-STEP.RANK.txt.
  void look(const Dataset& dataset, const std::string& output, const std::string& last,
            const Group* group);

  void forget();

 private:
  std::vector<TrainedStep> steps_;
  torch::Tensor finite_;  // (1): how many of them were
};

// Throws Diverged where a tensor that is about to be saved is not finite: what the last update
// spoilt, no step after it shows. Waits for the device. next: where training would go on.
void check_finite(const Checkpoint& checkpoint, Position next, const std::string& last);

}  // namespace rdm
