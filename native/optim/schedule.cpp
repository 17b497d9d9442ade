#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rdm {
namespace {

double half_cosine(double initial, int64_t done, int64_t total) {
  const double progress = static_cast<double>(done) / static_cast<double>(total);
  return initial * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

// Warms up in a straight line that reaches `initial` with the last of the `warmup` updates, and
// falls to `end`.
double warmup_cosine(double initial, double start, double end, int64_t done, int64_t warmup,
                     int64_t total) {
  if (done >= warmup) return end + half_cosine(initial - end, done - warmup, total - warmup);
  const auto last = static_cast<double>(std::max<int64_t>(warmup - 1, 1));
  return start + static_cast<double>(done) * (initial - start) / last;
}

}  // namespace

double initial_lr(double lr, int64_t batch_size) {
  return lr * static_cast<double>(batch_size) / 256.0;
}

double Schedule::lr(double initial, int64_t epoch, int64_t update) const {
  switch (shape) {
    case Shape::cosine: return half_cosine(initial, epoch, epochs);
    case Shape::warmup_cosine:
      return warmup_cosine(initial, warmup_start, end, epoch * updates_per_epoch + update,
                           warmup_epochs * updates_per_epoch, epochs * updates_per_epoch);
    case Shape::step: {
      const auto passed =
          std::ranges::count_if(milestones, [&](int64_t milestone) { return epoch >= milestone; });
      return initial * std::pow(0.1, static_cast<double>(passed));
    }
  }
  return initial;
}

double Schedule::weight_decay(double initial, int64_t epoch, int64_t update) const {
  if (!final_weight_decay) return initial;
  return *final_weight_decay + half_cosine(initial - *final_weight_decay,
                                           epoch * updates_per_epoch + update,
                                           epochs * updates_per_epoch);
}

}  // namespace rdm
