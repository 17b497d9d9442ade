// What stands between the branches of a method, measured as a spectral filter: a learned predictor,
// the paper's filter, an assignment to prototypes, centring and sharpening.
#pragma once
#include <torch/types.h>

namespace rdm {

// X V = U S of features X = U S Vᵀ, in float64, the largest direction first. Left out are
// directions that the filter drops as rounding noise (filter.h).
struct Directions {
  torch::Tensor singular_values;  // (K)
  torch::Tensor vectors;          // V, (D, K)
};

// x: (N, D) of any type, on any device.
Directions directions_of(const torch::Tensor& x);

struct Transfer {
  torch::Tensor singular_values;  // (K) of the input, the largest first
  // (K): ⟨X v, Y v⟩ / s² along each right singular vector v of the input X; g(s) where Y is X
  // filtered (paper, section 4.1).
  torch::Tensor gain;
  double explained =
      0;  // share of Y's squares that X with these gains makes; 1: Y is a filter of X
  // The straight line log(gain) = sigma log(s) + c by least squares over directions of a positive
  // gain, and the share of the variance of log(gain) that it explains. NaN for fewer than two.
  double sigma = 0, fit = 0;
};

// input X and output Y: (N, D).
Transfer measured_filter(const torch::Tensor& input, const torch::Tensor& output);

// |⟨v, v'⟩| of the eigenvectors of XᵀX and YᵀY, direction by direction, as far as both have them:
// 1 where the branches see the same directions in the same order. online, target: (N, D).
torch::Tensor alignment_of(const Directions& online, const Directions& target);

}  // namespace rdm
