#include "judging/linear_fit.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "base/random.h"

namespace rdm {
namespace {

constexpr int64_t kMostImages = 32'768;      // to choose the strength with
constexpr int64_t kHeldOut = 5;              // one of so many
constexpr double kRough = 1, kExact = 1e-3;  // tolerances: to compare strengths, and at the end

struct Part {
  std::vector<int64_t> fitted, held_out;  // rows
};

// Of each class the same share, drawn.
Part draw_part(const torch::Tensor& labels, int64_t classes, uint64_t seed) {
  const auto host = labels.cpu();
  const auto* label = host.const_data_ptr<int64_t>();
  const int64_t rows = host.numel();
  std::vector<std::vector<std::pair<uint64_t, int64_t>>> of_class(static_cast<size_t>(classes));
  for (int64_t row = 0; row < rows; ++row) {
    Stream stream(seed, 0, static_cast<uint64_t>(row), 0);
    of_class[static_cast<size_t>(label[row])].emplace_back(stream.bits(), row);
  }
  Part part;
  for (auto& drawn : of_class) {
    std::sort(drawn.begin(), drawn.end());
    const auto all = static_cast<int64_t>(drawn.size());
    const int64_t taken = rows <= kMostImages ? all
                                              : std::max<int64_t>(all * kMostImages / rows,
                                                                  std::min<int64_t>(all, 2));
    const int64_t held_out = taken < 2 ? 0 : std::max<int64_t>(taken / kHeldOut, 1);
    for (int64_t i = 0; i < taken; ++i) {
      auto& into = i < held_out ? part.held_out : part.fitted;
      into.push_back(drawn[static_cast<size_t>(i)].second);
    }
  }
  std::sort(part.fitted.begin(), part.fitted.end());
  std::sort(part.held_out.begin(), part.held_out.end());
  return part;
}

class Search {
 public:
  Search(const torch::Tensor& features, const torch::Tensor& labels, int64_t classes,
         const Part& part, const std::function<void(int64_t)>& step, const std::stop_token& stop)
      : held_out_(features.index_select(0, rows(part.held_out, features))),
        expected_(labels.index_select(0, rows(part.held_out, features))),
        regression_(features.index_select(0, rows(part.fitted, features)),
                    labels.index_select(0, rows(part.fitted, features)), classes),
        step_(step),
        stop_(stop) {}

  // The strength with the least loss.
  double run() {
    double strength = std::pow(10, std::round(std::log10(regression_.natural_strength() / 1e3)));
    constexpr int kMostTimes = 14;
    for (int times = 0; times < kMostTimes && !stop_.stop_requested(); ++times, strength *= 10) {
      const double before = best_loss_;
      if (!better(strength)) break;
      // Of all that was gained so far: what is left is not worth weaker strengths.
      if (times > 0 && before - best_loss_ < 2e-3 * (tried_.front().loss - best_loss_)) break;
    }
    const double around = best_;
    better(around / std::sqrt(10.0));
    better(around * std::sqrt(10.0));
    return best_;
  }

  std::vector<Tried> tried() const { return tried_; }
  const std::optional<LinearModel>& model() const { return model_; }

 private:
  static torch::Tensor rows(const std::vector<int64_t>& of, const torch::Tensor& features) {
    return torch::tensor(of, torch::kInt64).to(features.device());
  }

  bool better(double strength) {
    if (stop_.stop_requested()) return false;
    step_(static_cast<int64_t>(tried_.size()));
    auto model = regression_.fit(strength, kRough, model_ ? &*model_ : nullptr);
    const auto logits = model.logits(held_out_);
    const double loss = torch::cross_entropy_loss(logits, expected_).item<double>();
    const double right = logits.argmax(1).eq(expected_).to(torch::kFloat64).mean().item<double>();
    tried_.push_back({strength, loss, 100 * right});
    if (tried_.size() > 1 && loss >= best_loss_) return false;
    best_loss_ = loss;
    best_ = strength;
    model_ = std::move(model);
    return true;
  }

  torch::Tensor held_out_, expected_;
  LogisticRegression regression_;
  const std::function<void(int64_t)>& step_;
  const std::stop_token& stop_;
  std::vector<Tried> tried_;
  std::optional<LinearModel> model_;  // of the best
  double best_ = 0, best_loss_ = 0;
};

}  // namespace

LinearFit fit_linear(torch::Tensor features, torch::Tensor labels, int64_t classes, uint64_t seed,
                     const std::function<void(int64_t)>& step, const std::stop_token& stop) {
  LinearFit out;
  std::optional<LinearModel> near;
  if (const auto part = draw_part(labels, classes, seed); !part.held_out.empty()) {
    Search search(features, labels, classes, part, step, stop);
    out.strength = search.run();
    out.tried = search.tried();
    near = search.model();
  }
  if (stop.stop_requested()) return out;
  const LogisticRegression all(std::move(features), std::move(labels), classes);
  if (out.tried.empty()) out.strength = all.natural_strength();
  step(static_cast<int64_t>(out.tried.size()));
  out.model = all.fit(out.strength, kExact, near ? &*near : nullptr);
  return out;
}

}  // namespace rdm
