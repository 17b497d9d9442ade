// Multinomial logistic regression on features, with scikit-learn's objective.
#pragma once
#include <torch/types.h>

namespace rdm {

struct LinearModel {
  torch::Tensor weight;  // (C, D), float64
  torch::Tensor bias;    // (C), float64

  torch::Tensor logits(const torch::Tensor& features) const;  // (N, D) to (N, C), float32
};

// The mean of the cross entropies, and its gradient by (weight | bias), (C, D + 1), float64.
struct CrossEntropy {
  double loss = 0;
  torch::Tensor gradient;
};

//   minimise  strength · Σᵢ cross entropyᵢ + ½ ‖W‖²
//
// by L-BFGS (Liu and Nocedal 1989). `strength` is LogisticRegression's C of scikit-learn; biases
// are not penalised. Of two classes scikit-learn has one vector of coefficients, the difference of
// ours, so that ½ ‖W‖² counts twice here.
//
// What makes it quick is a good first guess of the curvature, (1/C)(1 − 1/C) Σ + λ of each class
// with Σ the covariance of the features: what the Hessian is at W = 0 but for the classes'
// coupling. Its eigenvectors serve every strength. Features are centred, which only moves the
// biases.
class LogisticRegression {
 public:
  // features: (N, D), float32, contiguous; centred in place, as a copy of them may not fit into the
  // memory. labels: (N), int64, on the same device.
  LogisticRegression(torch::Tensor features, torch::Tensor labels, int64_t classes);

  // tolerance: of the weights, relative. start: of these features with another strength, or null.
  // Of the features as they were given.
  LinearModel fit(double strength, double tolerance, const LinearModel* start = nullptr) const;

  // The strength at which penalty and curvature are about alike: 1 / (N (1/C)(1 − 1/C) · variance).
  double natural_strength() const;

 private:
  torch::Tensor centred(const LinearModel& model) const;  // (C, D + 1)
  LinearModel as_given(const torch::Tensor& parameters) const;
  CrossEntropy cross_entropy(const torch::Tensor& parameters) const;
  torch::Tensor precondition(const torch::Tensor& gradient, double penalty) const;

  torch::Tensor features_, labels_;
  int64_t classes_;
  torch::Tensor mean_;                        // (D), float64
  double curvature_;                          // (1/C)(1 − 1/C)
  torch::Tensor eigenvalues_, eigenvectors_;  // of the covariance, (D) and (D, D), float64
};

}  // namespace rdm
