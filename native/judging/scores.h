// Scores of features without labels: what of a spectrum tells how well a linear classifier will do.
#pragma once
#include <torch/types.h>

namespace rdm {

// NaN where there is nothing to measure it on.
struct Scores {
  double rank_me = 0, alpha_req = 0, lidar = 0;
};

// RankMe (Garrido et al. 2023): exp of the entropy of s / Σs + 1e-7, s the singular values of the
// features as they are. features: (N, D). 0 where all are zero.
double rank_me(const torch::Tensor& features);

// The eigenvalues, counted from 1 in falling order, that a power law is fitted to.
struct EigenvalueRange {
  int64_t first = 2, last = 0;

  // Of features (N, D): up to three quarters of them, as the last are of the sample, not of the
  // network.
  static EigenvalueRange of(const torch::Tensor& features);
};

// α-ReQ (Agrawal et al. 2022): the α of a law λᵢ ~ i^−α, by least squares in log λᵢ over log i, of
// the eigenvalues of the features' covariance. features: (N, D). Eigenvalues of rounding noise are
// left out; NaN where fewer than two are left.
double alpha_req(const torch::Tensor& features, EigenvalueRange range);

// LiDAR (Thilak et al. 2024): exp of the entropy of λ / Σλ + 1e-7, λ the eigenvalues of linear
// discriminant analysis with every image a class of its views: of Σw^−½ Σb Σw^−½, where
// Σw = (covariance within the images) + 1e-4 I. views: (images, q, D), q ≥ 2. 0 where the images do
// not differ.
double lidar(const torch::Tensor& views);

}  // namespace rdm
