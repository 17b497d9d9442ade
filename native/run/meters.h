// Running values of an epoch. Losses and hits stay on the device; reading them is the loop's one
// host synchronisation, done on logging steps alone. Source: the reference's AverageMeter.
#pragma once
#include <torch/types.h>

#include "base/event.h"
#include "data/loading/loader.h"
#include "device/step_times.h"
#include "distributed/group.h"
#include "run/run_state.h"

namespace rdm {

struct EpochMeans {
  int64_t images = 0;
  double loss = 0, top1 = 0, top5 = 0;  // accuracies in percent
  double images_per_second = 0;
};

class Meters {
 public:
  // steps: of the whole epoch.
  Meters(std::string phase, int64_t epoch, int64_t steps, torch::Device device);

  void data_ready() { times_.data_ready(); }               // the batch has arrived
  void update(const torch::Tensor& loss, int64_t images);  // loss: the batch's mean
  // Hits of a classifier. logits: (V·N, C), view after view; labels: (N).
  void accuracy(const torch::Tensor& logits, const torch::Tensor& labels);
  void momentum_accuracy(const torch::Tensor& logits, const torch::Tensor& labels);
  void step_done();  // the optimiser has moved

  // Of the images of a whole group, whose ranks then read together; both synchronise.
  StepEvent read(int64_t step, double lr, Group* group);
  EpochMeans means(Group* group);  // over all images so far
  double seconds() const { return seconds_since(epoch_start_); }
  int64_t steps() const { return steps_; }

  // Of the whole group's epoch so far, for a checkpoint in its middle; synchronises. When it is
  // restored, the first rank carries it all.
  Metered state(Group* group);
  void restore(const Metered& state, bool first);

 private:
  // What all ranks metered: (10), float64, on the host, which has then read the times as well.
  torch::Tensor sums(Group* group);

  StepEvent event_;
  Clock::time_point epoch_start_;
  StepTimes times_;
  int64_t steps_ = 0, images_ = 0, step_images_ = 0;
  // (4), float64: of the latest batch the sums of loss, top-1 hits, top-5 hits and the momentum
  // classifier's top-1 hits, each image counted once; and the same over the epoch.
  torch::Tensor latest_, total_;
};

// An epoch's end; the loader's times are what it spent between `before` and `after`.
EpochEvent epoch_event(const Meters& meters, const EpochMeans& means, int64_t epoch,
                       const LoaderTimes& after, const LoaderTimes& before);

}  // namespace rdm
