// Learning rates as pure functions of where training stands.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

namespace rdm {

// lr · B / 256, as the reference scales the rate with the batch of all processes.
double initial_lr(double lr, int64_t batch_size);

struct Schedule {
  enum class Shape {
    cosine,         // half a cosine over the epochs: main_simsiam.py, main_lincls.py
    warmup_cosine,  // per update, linear warm-up and half a cosine to 0: the CIFAR and ImageNet-100
                    // scripts
    step            // a tenth of it from each milestone on: their linear evaluation
  };
  Shape shape = Shape::cosine;
  int64_t epochs = 1;
  int64_t updates_per_epoch = 1;
  int64_t warmup_epochs = 0;
  double warmup_start = 0;          // the rate of the first update, for every group
  double end = 0;                   // warmup_cosine: the rate of the last update, for every group
  std::vector<int64_t> milestones;  // epochs
  std::optional<double> final_weight_decay;  // none: it stays

  // The rate of a group that starts from `initial`, for one update; epoch and update (of the epoch)
  // are 0-based.
  double lr(double initial, int64_t epoch, int64_t update) const;

  // Likewise the weight decay of a group that starts from `initial`: half a cosine per update.
  double weight_decay(double initial, int64_t epoch, int64_t update) const;
};

}  // namespace rdm
