#include "judging/logistic_regression.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <functional>

namespace rdm {
namespace {

constexpr int64_t kChunk = 1024;  // rows at once, which stay in a cache for both products

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

// None below a small share of the largest: directions without curvature have no gradient either.
LogisticRegression::Eigen eigen_of(const torch::Tensor& symmetric) {
  const auto [values, vectors] = torch::linalg_eigh(symmetric);
  const double least = std::max(1e-6 * values[-1].item<double>(), 1e-30);
  return {values.to(torch::kFloat64).clamp_min(least), vectors};
}

}  // namespace

torch::Tensor LinearModel::logits(const torch::Tensor& features) const {
  const auto type = torch::kFloat32;
  return torch::addmm(bias.to(type), features.to(type), weight.to(type).t());
}

LogisticRegression::LogisticRegression(torch::Tensor features, torch::Tensor labels,
                                       int64_t classes)
    : features_(std::move(features)), labels_(std::move(labels)), classes_(classes) {
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
  features_eigen_ = eigen_of(covariance);
}

double LogisticRegression::natural_strength() const {
  const double share = 1 / static_cast<double>(classes_), curvature = share * (1 - share);
  const double variance = features_eigen_.values.mean().item<double>();
  return 1 / (static_cast<double>(features_.size(0)) * curvature * std::max(variance, 1e-30));
}

torch::Tensor LogisticRegression::centred(const LinearModel& model) const {
  const auto bias = model.bias + model.weight.mv(mean_);
  return torch::cat({model.weight, bias.unsqueeze(1)}, 1);
}

LinearModel LogisticRegression::as_given(const torch::Tensor& parameters) const {
  const auto weight = weights_of(parameters).contiguous();
  return {weight, parameters.select(1, -1) - weight.mv(mean_)};
}

CrossEntropy LogisticRegression::cross_entropy(const torch::Tensor& parameters,
                                               torch::ScalarType type) const {
  const auto weight = weights_of(parameters).to(type).t().contiguous();  // (D, C)
  const auto bias = parameters.select(1, -1).to(type);
  CrossEntropy out{0, torch::zeros_like(parameters),
                   torch::zeros({classes_, classes_}, mean_.options())};
  for (int64_t first = 0; first < features_.size(0); first += kChunk) {
    const auto x = features_.slice(0, first, first + kChunk).to(type);
    const auto y = labels_.slice(0, first, first + kChunk).unsqueeze(1);
    // Whatever the products' type: p − 1 is not to be rounded, where p is near to 1.
    auto logits = torch::addmm(bias, x, weight).to(torch::kFloat64).log_softmax(1);
    out.loss -= logits.gather(1, y).sum().item<double>();
    auto residual = logits.exp_();
    out.curvature.diagonal().add_(residual.sum(0));
    out.curvature.addmm_(residual.t(), residual, 1, -1);
    residual.scatter_add_(1, y, torch::full_like(y, -1, residual.options()));
    weights_of(out.gradient).add_(residual.to(type).t().mm(x));
    out.gradient.select(1, -1).add_(residual.sum(0));
  }
  const auto rows = static_cast<double>(features_.size(0));
  out.loss /= rows;
  out.gradient /= rows;
  out.curvature /= rows;
  return out;
}

torch::Tensor LogisticRegression::precondition(const torch::Tensor& gradient, const Eigen& classes,
                                               double penalty) const {
  const auto turned = classes.vectors.t().mm(gradient);
  auto along = weights_of(turned).to(torch::kFloat32).mm(features_eigen_.vectors);
  along /= torch::outer(classes.values, features_eigen_.values).add_(penalty);
  const auto weight = along.mm(features_eigen_.vectors.t()).to(torch::kFloat64);
  const auto bias = turned.slice(1, -1) / classes.values.unsqueeze(1);
  return classes.vectors.mm(torch::cat({weight, bias}, 1));
}

LinearModel LogisticRegression::fit(double strength, double tolerance,
                                    const LinearModel* start) const {
  const auto zero = torch::zeros({classes_, features_.size(1) + 1}, mean_.options());
  auto at = start ? centred(*start) : zero;
  const double penalty =
      (classes_ == 2 ? 2 : 1) / (strength * static_cast<double>(features_.size(0)));
  for (const auto type : {torch::kFloat32, torch::kFloat64})
    if (descend(at, penalty, tolerance, type)) break;
  return as_given(at);
}

bool LogisticRegression::descend(torch::Tensor& at, double penalty, double tolerance,
                                 torch::ScalarType type) const {
  const auto objective = [&](const torch::Tensor& parameters) {
    auto value = cross_entropy(parameters, type);
    const auto weight = weights_of(parameters);
    value.loss += penalty / 2 * product_of(weight, weight);
    weights_of(value.gradient).add_(weight, penalty);
    return value;
  };

  auto now = objective(at);
  Curvature curvature;
  constexpr int kMostSteps = 500, kMostHalvings = 12;
  const double rounding = type == torch::kFloat32 ? 1e-8 : 1e-15;  // of a mean of losses
  for (int step = 0; step < kMostSteps; ++step) {
    // The objective is at least as curved as its penalty: so far off can the weights be.
    const auto off = weights_of(now.gradient).norm().item<double>() / penalty;
    if (off <= tolerance * weights_of(at).norm().item<double>()) return true;
    const auto classes = eigen_of(now.curvature);
    const auto guess = [&](const torch::Tensor& gradient) {
      return precondition(gradient, classes, penalty);
    };
    const auto direction = -curvature.solve(now.gradient, guess);
    const double slope = product_of(now.gradient, direction);
    double length = 1;
    auto next = objective(at + direction);
    for (int halvings = 0; halvings < kMostHalvings; ++halvings) {
      if (next.loss <= now.loss + 1e-4 * length * slope + rounding * std::abs(now.loss)) break;
      length /= 2;
      next = objective(at + length * direction);
    }
    if (!(next.loss <= now.loss + rounding * std::abs(now.loss)))
      break;  // as near as this precision comes
    curvature.add(length * direction, next.gradient - now.gradient);
    at = at + length * direction;
    now = std::move(next);
  }
  return false;
}

}  // namespace rdm
