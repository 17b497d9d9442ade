// Multinomial logistic regression on features, with scikit-learn's objective.
#pragma once
#include <torch/types.h>

namespace rdm {

struct LinearModel {
  torch::Tensor weight;  // (C, D), float64
  torch::Tensor bias;    // (C), float64

  torch::Tensor logits(const torch::Tensor& features) const;  // (N, D) to (N, C), float32
};

// The mean of the cross entropies; float64.
struct CrossEntropy {
  double loss = 0;
  torch::Tensor gradient;   // by (weight | bias), (C, D + 1)
  torch::Tensor curvature;  // by the logits, (C, C): the mean of diag(p) − p pᵀ
};

//   minimise  strength · Σᵢ cross entropyᵢ + ½ ‖W‖²
//
// by L-BFGS (Liu and Nocedal 1989). `strength` is LogisticRegression's C of scikit-learn; biases
// are not penalised. Of two classes scikit-learn has one vector of coefficients, the difference of
// ours, so that ½ ‖W‖² counts twice here.
//
// What makes it quick is a good guess of the Hessian: M ⊗ Σ + λ, with M the curvature by the logits
// at these weights and Σ the covariance of the features. It is the Hessian where an image's
// probabilities do not depend on its features, as at W = 0; and the eigenvectors of both invert it.
// Features are centred, which only moves the biases.
class LogisticRegression {
 public:
  struct Eigen {
    torch::Tensor values, vectors;  // float64, ascending, positive; as columns
  };

  // features: (N, D), float32, contiguous; centred in place, as a copy of them may not fit into the
  // memory. labels: (N), int64, on the same device.
  LogisticRegression(torch::Tensor features, torch::Tensor labels, int64_t classes);

  // tolerance: a bound of the error of the weights, relative. start: of these features with another
  // strength, or null. Of the features as they were given.
  LinearModel fit(double strength, double tolerance, const LinearModel* start = nullptr) const;

  // The strength at which penalty and curvature are about alike: 1 / (N (1/C)(1 − 1/C) · variance).
  double natural_strength() const;

 private:
  torch::Tensor centred(const LinearModel& model) const;  // (C, D + 1)
  LinearModel as_given(const torch::Tensor& parameters) const;
  // type: of the products with the features.
  CrossEntropy cross_entropy(const torch::Tensor& parameters, torch::ScalarType type) const;
  // Moves `at`, (C, D + 1), to the optimum, as near as `type` comes; whether that is near enough.
  bool descend(torch::Tensor& at, double penalty, double tolerance, torch::ScalarType type) const;
  torch::Tensor precondition(const torch::Tensor& gradient, const Eigen& classes,
                             double penalty) const;

  torch::Tensor features_, labels_;
  int64_t classes_;
  torch::Tensor mean_;    // (D), float64
  Eigen features_eigen_;  // of their covariance, (D) and (D, D)
};

}  // namespace rdm
