#include "judging/logistic_regression.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>

namespace rdm {
namespace {

constexpr int64_t kChunk = 8192;  // that go through at once: their logits fit into a cache

double product_of(const torch::Tensor& a, const torch::Tensor& b) {
  return (a * b).sum().item<double>();
}

// The latest steps of L-BFGS and how the gradient changed over each.
class Curvature {
 public:
  void add(torch::Tensor step, torch::Tensor change) {
    const double product = product_of(step, change);
    if (product <= 0) return;  // rounding: the objective is strictly convex
    if (pairs_.size() == kMost) pairs_.pop_front();
    pairs_.push_back({std::move(step), std::move(change), product});
  }

  // The two-loop recursion, from a first guess of the inverse Hessian.
  torch::Tensor solve(const torch::Tensor& gradient,
                      const std::function<torch::Tensor(const torch::Tensor&)>& guess) const {
    auto q = gradient.clone();
    std::vector<double> shares(pairs_.size());
    for (size_t i = pairs_.size(); i-- > 0;) {
      shares[i] = product_of(pairs_[i].step, q) / pairs_[i].product;
      q.sub_(pairs_[i].change, shares[i]);
    }
    auto out = guess(q);
    if (!pairs_.empty()) {
      const auto& last = pairs_.back();
      out.mul_(last.product / product_of(last.change, guess(last.change)));
    }
    for (size_t i = 0; i < pairs_.size(); ++i) {
      const double share = product_of(pairs_[i].change, out) / pairs_[i].product;
      out.add_(pairs_[i].step, shares[i] - share);
    }
    return out;
  }

 private:
  static constexpr size_t kMost = 10;
  struct Pair {
    torch::Tensor step, change;
    double product;
  };
  std::deque<Pair> pairs_;
};

torch::Tensor weights_of(const torch::Tensor& parameters) {
  return parameters.slice(1, 0, -1);
}

}  // namespace

torch::Tensor LinearModel::logits(const torch::Tensor& features) const {
  const auto type = torch::kFloat32;
  return torch::addmm(bias.to(type), features.to(type), weight.to(type).t());
}

LogisticRegression::LogisticRegression(torch::Tensor features, torch::Tensor labels,
                                       int64_t classes)
    : features_(std::move(features)), labels_(std::move(labels)), classes_(classes) {
  const auto share = 1 / static_cast<double>(classes);
  curvature_ = share * (1 - share);
  const int64_t rows = features_.size(0), dim = features_.size(1);
  mean_ = torch::zeros({dim}, features_.options().dtype(torch::kFloat64));
  for (const auto& part : features_.split(kChunk))
    mean_ += part.sum(0, /*keepdim=*/false, torch::kFloat64);
  mean_ /= rows;
  features_ -= mean_.to(torch::kFloat32);
  // A guess need not be of all rows.
  const int64_t every = std::max<int64_t>(rows / (4 * dim), 1);
  const auto some = features_.slice(0, 0, rows, every);
  const auto covariance = some.t().mm(some) / some.size(0);
  const auto [values, vectors] = torch::linalg_eigh(covariance);
  eigenvalues_ = values.clamp_min(0).to(torch::kFloat64);
  eigenvectors_ = vectors.to(torch::kFloat64);
}

double LogisticRegression::natural_strength() const {
  const double variance = eigenvalues_.mean().item<double>();
  return 1 / (static_cast<double>(features_.size(0)) * curvature_ * std::max(variance, 1e-30));
}

torch::Tensor LogisticRegression::centred(const LinearModel& model) const {
  const auto bias = model.bias + model.weight.mv(mean_);
  return torch::cat({model.weight, bias.unsqueeze(1)}, 1);
}

LinearModel LogisticRegression::as_given(const torch::Tensor& parameters) const {
  const auto weight = weights_of(parameters).contiguous();
  return {weight, parameters.select(1, -1) - weight.mv(mean_)};
}

CrossEntropy LogisticRegression::cross_entropy(const torch::Tensor& parameters) const {
  const auto weight = weights_of(parameters).to(torch::kFloat32).t().contiguous();  // (D, C)
  const auto bias = parameters.select(1, -1).to(torch::kFloat32);
  CrossEntropy out{0, torch::zeros_like(parameters)};
  for (int64_t first = 0; first < features_.size(0); first += kChunk) {
    const auto x = features_.slice(0, first, first + kChunk);
    const auto y = labels_.slice(0, first, first + kChunk).unsqueeze(1);
    auto logits = torch::addmm(bias, x, weight).log_softmax(1);
    out.loss -= logits.gather(1, y).sum(torch::kFloat64).item<double>();
    auto residual = logits.exp_();  // p − 1 where the label is
    residual.scatter_add_(1, y, torch::full_like(y, -1, residual.options()));
    weights_of(out.gradient).add_(residual.t().mm(x));
    out.gradient.select(1, -1).add_(residual.sum(0));
  }
  const auto rows = static_cast<double>(features_.size(0));
  out.loss /= rows;
  out.gradient /= rows;
  return out;
}

torch::Tensor LogisticRegression::precondition(const torch::Tensor& gradient,
                                               double penalty) const {
  const auto along = weights_of(gradient).mm(eigenvectors_);
  const auto weight = (along / (eigenvalues_ * curvature_ + penalty)).mm(eigenvectors_.t());
  return torch::cat({weight, gradient.slice(1, -1) / curvature_}, 1);
}

LinearModel LogisticRegression::fit(double strength, double tolerance,
                                    const LinearModel* start) const {
  const double penalty =
      (classes_ == 2 ? 2 : 1) / (strength * static_cast<double>(features_.size(0)));
  const auto objective = [&](const torch::Tensor& at) {
    auto value = cross_entropy(at);
    const auto weight = weights_of(at);
    value.loss += penalty / 2 * product_of(weight, weight);
    weights_of(value.gradient).add_(weight, penalty);
    return value;
  };
  const auto guess = [&](const torch::Tensor& gradient) { return precondition(gradient, penalty); };

  const auto zero = torch::zeros({classes_, features_.size(1) + 1}, mean_.options());
  auto at = start ? centred(*start) : zero;
  auto now = objective(at);
  Curvature curvature;
  constexpr int kMostSteps = 500, kMostHalvings = 12;
  constexpr double kRounding = 1e-8;  // of a mean of losses in float32
  for (int step = 0; step < kMostSteps; ++step) {
    const auto weight = weights_of(at);
    // Twice what the guess says is left to gain, beside what an error of the weights would cost.
    const double left = product_of(now.gradient, guess(now.gradient));
    if (left <= tolerance * tolerance * penalty * product_of(weight, weight)) break;
    const auto direction = -curvature.solve(now.gradient, guess);
    const double slope = product_of(now.gradient, direction);
    double length = 1;
    auto next = objective(at + direction);
    for (int halvings = 0; halvings < kMostHalvings; ++halvings) {
      if (next.loss <= now.loss + 1e-4 * length * slope + kRounding * std::abs(now.loss)) break;
      length /= 2;
      next = objective(at + length * direction);
    }
    if (!(next.loss <= now.loss + kRounding * std::abs(now.loss)))
      break;  // as near as float32 comes
    curvature.add(length * direction, next.gradient - now.gradient);
    at = at + length * direction;
    now = std::move(next);
  }
  return as_given(at);
}

}  // namespace rdm
