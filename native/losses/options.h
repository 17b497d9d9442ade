// What the losses are told, without LibTorch.
#pragma once
#include <cstdint>

namespace rdm {

// DINO's teacher: a straight line over the first epochs, from `first` to `last`.
struct TeacherTemperature {
  double first = 0.04, last = 0.07;
  int64_t epochs = 0;  // of the line; with `last` from the beginning where there are none

  double at(int64_t epoch) const;  // 0-based
};

// Barlow Twins
struct CrossCorrelationOptions {
  double off_diagonal = 0.005;  // λ, the weight of the correlations between features
  double scale = 0.1;           // of the whole loss
};

// SwAV
struct SinkhornOptions {
  double epsilon = 0.05;   // of the entropy: the smaller, the harder the assignments
  int64_t iterations = 3;  // rounds
};

// VICReg
struct VicregWeights {
  double invariance = 25, variance = 25, covariance = 1;
};

}  // namespace rdm
