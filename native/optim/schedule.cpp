#include "optim/schedule.h"

#include <cmath>
#include <numbers>

namespace rdm {

double initial_lr(double lr, int64_t batch_size) {
  return lr * static_cast<double>(batch_size) / 256.0;
}

double cosine_lr(double initial, int64_t epoch, int64_t epochs) {
  const double progress = static_cast<double>(epoch) / static_cast<double>(epochs);
  return initial * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace rdm
