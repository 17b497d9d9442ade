#include "train/neighbours.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {
namespace {

constexpr int64_t kRows = 256;  // test features at once

// Of some test features, nearest first: similarity (n, k) and label (n, k) of their neighbours.
struct Neighbours {
  torch::Tensor similarity, labels;
};

// A distance prepared for many rows: what similarity grows with, without the terms that are the
// same for all neighbours of a row.
class Index {
 public:
  Index(const LabelledFeatures& train, Distance distance)
      : distance_(distance), labels_(train.labels), train_(prepare(train.features).t()) {
    if (distance == Distance::euclidean) half_squares_ = train_.square().sum(0) * 0.5;
  }

  torch::Tensor prepare(const torch::Tensor& features) const {
    if (distance_ == Distance::euclidean) return features;
    return torch::nn::functional::normalize(features);
  }

  // rows: (n, D), prepared.
  Neighbours nearest(const torch::Tensor& rows, int64_t k) const {
    auto scores = torch::mm(rows, train_);
    if (distance_ == Distance::euclidean) scores.sub_(half_squares_);
    auto [best, index] = scores.topk(k, /*dim=*/1);
    if (distance_ == Distance::euclidean) {  // ‖x − y‖² = ‖x‖² − 2 (x·y − ½‖y‖²)
      best = (rows.square().sum(1, /*keepdim=*/true) - 2 * best).clamp_min(0).sqrt();
      best = (best + 1e-5).reciprocal();
    }
    return {best, labels_.index_select(0, index.flatten()).view_as(index)};
  }

 private:
  Distance distance_;
  torch::Tensor labels_, train_, half_squares_;
};

// Hits among the first five guesses: (2), of the first and of any of them.
torch::Tensor hits(const Neighbours& neighbours, const torch::Tensor& truth, int64_t classes,
                   const Vote& vote) {
  const int64_t k = std::min(vote.k, neighbours.labels.size(1));
  auto weights = neighbours.similarity.slice(/*dim=*/1, 0, k);
  if (vote.distance == Distance::cosine) weights = (weights / vote.temperature).exp();
  const auto scores = torch::zeros({truth.size(0), classes}, weights.options())
                          .scatter_add_(1, neighbours.labels.slice(1, 0, k), weights);
  // Classes without a vote follow in their order, whatever the device.
  const auto guesses =
      std::get<1>(scores.sort(/*stable=*/true, /*dim=*/1, /*descending=*/true)).slice(1, 0, 5);
  const auto right = guesses.eq(truth.unsqueeze(1));
  return torch::stack({right.slice(1, 0, 1).sum(), right.sum()});
}

}  // namespace

std::vector<Accuracy> classify_by_neighbours(const LabelledFeatures& train,
                                             const LabelledFeatures& test, int64_t classes,
                                             const std::vector<Vote>& votes) {
  const torch::NoGradGuard no_grad;
  const int64_t rows = test.features.size(0);
  std::vector<Accuracy> out(votes.size());
  for (const auto distance : {Distance::cosine, Distance::euclidean}) {
    int64_t k = 0;
    for (const auto& vote : votes) {
      if (vote.distance == distance) k = std::max(k, vote.k);
    }
    if (k == 0) continue;
    const Index index(train, distance);
    std::vector<torch::Tensor> right(votes.size(), torch::zeros({2}, test.labels.options()));
    for (int64_t first = 0; first < rows; first += kRows) {
      const int64_t last = std::min(rows, first + kRows);
      const auto prepared = index.prepare(test.features.slice(0, first, last));
      const auto neighbours = index.nearest(prepared, std::min(k, train.features.size(0)));
      const auto truth = test.labels.slice(0, first, last);
      for (size_t i = 0; i < votes.size(); ++i) {
        if (votes[i].distance == distance) {
          right[i] = right[i] + hits(neighbours, truth, classes, votes[i]);
        }
      }
    }
    for (size_t i = 0; i < votes.size(); ++i) {
      if (votes[i].distance != distance) continue;
      const auto percent =
          (right[i].to(torch::kFloat64) * (100.0 / static_cast<double>(rows))).cpu();
      out[i] = {percent[0].item<double>(), percent[1].item<double>()};
    }
  }
  return out;
}

}  // namespace rdm
