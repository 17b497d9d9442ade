// Running values of an epoch. Losses and hits stay on the device; reading them is the loop's one
// host synchronisation, done on logging steps alone. Source: the reference's AverageMeter.
#pragma once
#include <torch/types.h>

#include <chrono>

#include "base/event.h"

namespace rdm {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Meters {
 public:
  // steps: of the whole epoch.
  Meters(std::string phase, int64_t epoch, int64_t steps, torch::Device device);

  void data_ready();                                       // the batch has arrived
  void update(const torch::Tensor& loss, int64_t images);  // loss: the batch's mean
  // Hits of a classifier. logits: (V·N, C), view after view; labels: (N).
  void accuracy(const torch::Tensor& logits, const torch::Tensor& labels);
  void momentum_accuracy(const torch::Tensor& logits, const torch::Tensor& labels);
  void step_done();  // the optimiser has moved

  StepEvent read(int64_t step, double lr);  // synchronises
  double mean_loss();                       // synchronises
  double top1(), top5();                    // percent over all images so far; synchronises
  double seconds() const { return seconds_since(epoch_start_); }
  double images_per_second() const { return static_cast<double>(images_) / seconds(); }
  int64_t images() const { return images_; }

 private:
  StepEvent event_;
  Clock::time_point epoch_start_, step_start_;
  double batch_total_ = 0, data_total_ = 0;
  int64_t steps_ = 0, images_ = 0, step_images_ = 0;
  // (4), float64: of the latest batch the sums of loss, top-1 hits, top-5 hits and the momentum
  // classifier's top-1 hits, each image counted once; and the same over the epoch.
  torch::Tensor latest_, total_;
};

}  // namespace rdm
