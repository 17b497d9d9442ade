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
  void update(const torch::Tensor& loss, const torch::Tensor& logits, const torch::Tensor& labels);
  void step_done();  // the optimiser has moved

  StepEvent read(int64_t step, double lr);  // synchronises
  double mean_loss();                       // synchronises
  double top1(), top5();                    // percent over all images so far; synchronises
  double seconds() const { return seconds_since(epoch_start_); }
  double images_per_second() const { return static_cast<double>(images_) / seconds(); }
  int64_t images() const { return images_; }

 private:
  void add(const torch::Tensor& loss, int64_t images);

  StepEvent event_;
  Clock::time_point epoch_start_, step_start_;
  double batch_total_ = 0, data_total_ = 0;
  int64_t steps_ = 0, images_ = 0, step_images_ = 0;
  torch::Tensor latest_;  // (3), float64: of the latest batch the sums of loss, top-1, top-5 hits
  torch::Tensor total_;   // (3): the same over the epoch
};

}  // namespace rdm
