#include "judging/neighbours.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>
#include <tuple>

namespace rdm {
namespace {

constexpr int64_t kRows = 1024;      // test features at once
constexpr int64_t kColumns = 16384;  // training features at once

// Of some test features, nearest first: similarity (n, k) and label (n, k) of their neighbours.
struct Neighbours {
  torch::Tensor similarity, labels;
};

// A distance prepared for many rows: what similarity grows with, without the terms that are the
// same for all neighbours of a row.
class Index {
 public:
  Index(const LabelledFeatures& train, Distance distance, Group* group)
      : group_(group),
        distance_(distance),
        labels_(train.labels),
        train_(prepare(train.features).t()),
        scores_(torch::empty({kRows * std::min(kColumns, train_.size(1))}, train_.options())) {
    if (distance == Distance::euclidean) half_squares_ = train_.square().sum(0) * 0.5;
  }

  torch::Tensor prepare(const torch::Tensor& features) const {
    if (distance_ == Distance::euclidean) return features;
    return torch::nn::functional::normalize(features);
  }

  // rows: (n, D), prepared; the same on every rank.
  Neighbours nearest(const torch::Tensor& rows, int64_t k) const {
    torch::Tensor best, index;
    for (int64_t first = 0; first < train_.size(1); first += kColumns) {
      const int64_t last = std::min(train_.size(1), first + kColumns);
      auto scores = scores_.slice(0, 0, rows.size(0) * (last - first)).view({rows.size(0), -1});
      torch::mm_out(scores, rows, train_.slice(1, first, last));
      if (distance_ == Distance::euclidean) scores.sub_(half_squares_.slice(0, first, last));
      auto [value, place] = scores.topk(std::min(k, last - first), /*dim=*/1);
      place.add_(first);
      if (first == 0) {
        std::tie(best, index) = std::tie(value, place);
        continue;
      }
      const auto both = torch::cat({best, value}, 1), places = torch::cat({index, place}, 1);
      std::tie(best, place) = both.topk(std::min(k, both.size(1)), 1);
      index = places.gather(1, place);
    }
    auto labels = labels_.index_select(0, index.flatten()).view_as(index);
    if (group_) std::tie(best, labels) = of_all_ranks(best, labels, k);
    if (distance_ == Distance::euclidean) {  // ‖x − y‖² = ‖x‖² − 2 (x·y − ½‖y‖²)
      best = (rows.square().sum(1, /*keepdim=*/true) - 2 * best).clamp_min(0).sqrt();
      best = (best + 1e-5).reciprocal();
    }
    return {best, labels};
  }

 private:
  // The best k of every rank's best; a rank with fewer training features has none beyond them.
  std::pair<torch::Tensor, torch::Tensor> of_all_ranks(const torch::Tensor& scores,
                                                       const torch::Tensor& labels,
                                                       int64_t k) const {
    const auto padded = [k](const torch::Tensor& x, double value) {
      return torch::constant_pad_nd(x, {0, k - x.size(1)}, value);
    };
    const auto side_by_side = [&](const torch::Tensor& x) {
      return group_->gather(x).transpose(0, 1).flatten(1);  // (R, n, k) to (n, R·k)
    };
    const auto all_scores = side_by_side(padded(scores, -std::numeric_limits<double>::infinity()));
    const auto [best, index] = all_scores.topk(k, /*dim=*/1);
    return {best, side_by_side(padded(labels, 0)).gather(1, index)};
  }

  Group* group_;
  Distance distance_;
  torch::Tensor labels_, train_, half_squares_;
  torch::Tensor scores_;  // of one block after the other
};

// Hits among the first five guesses: (2), of the first and of any of them.
torch::Tensor hits(const Neighbours& neighbours, const torch::Tensor& truth, int64_t classes,
                   const KnnVote& vote) {
  const int64_t k = std::min(vote.k, neighbours.labels.size(1));
  auto weights = neighbours.similarity.slice(/*dim=*/1, 0, k);
  if (vote.distance == Distance::cosine) weights = (weights / vote.temperature).exp();
  // Added up in the order of the neighbours on every device, which scatter_add_ does not promise.
  const auto row = torch::arange(truth.size(0), truth.options()).unsqueeze(1);
  const auto votes = torch::zeros({truth.size(0), classes}, weights.options())
                         .index_put_({row, neighbours.labels.slice(1, 0, k)}, weights,
                                     /*accumulate=*/true);
  // Classes without a vote follow in their order, whatever the device.
  const auto last = -torch::arange(1, classes + 1, weights.options());
  const auto guesses =
      std::get<1>(torch::where(votes > 0, votes, last).topk(std::min<int64_t>(5, classes), 1));
  const auto right = guesses.eq(truth.unsqueeze(1));
  return torch::stack({right.slice(1, 0, 1).sum(), right.sum()});
}

}  // namespace

std::vector<Accuracy> classify_by_neighbours(const LabelledFeatures& train,
                                             const LabelledFeatures& test, int64_t classes,
                                             const std::vector<KnnVote>& votes, Group* group) {
  const torch::NoGradGuard no_grad;
  const int64_t rows = test.features.size(0);
  const auto known = torch::tensor({train.features.size(0)}, torch::kInt64);
  if (group) group->sum(known);
  std::vector<Accuracy> out(votes.size());
  for (const auto distance : {Distance::cosine, Distance::euclidean}) {
    int64_t k = 0;
    for (const auto& vote : votes) {
      if (vote.distance == distance) k = std::max(k, vote.k);
    }
    if (k == 0) continue;
    const Index index(train, distance, group);
    std::vector<torch::Tensor> right(votes.size(), torch::zeros({2}, test.labels.options()));
    for (int64_t first = 0; first < rows; first += kRows) {
      const int64_t last = std::min(rows, first + kRows);
      const auto prepared = index.prepare(test.features.slice(0, first, last));
      const auto neighbours = index.nearest(prepared, std::min(k, known.item<int64_t>()));
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

LabelledFeatures gather_features(const LabelledFeatures& own, Group* group) {
  if (!group) return own;
  const auto count = torch::tensor({own.labels.size(0)}, torch::kInt64);
  const auto counts = group->gather(count);
  const int64_t longest = counts.max().item<int64_t>();
  const int64_t missing = longest - own.labels.size(0);
  const auto features = group->gather(torch::constant_pad_nd(own.features, {0, 0, 0, missing}));
  const auto labels = group->gather(torch::constant_pad_nd(own.labels, {0, missing}));
  std::vector<torch::Tensor> all_features, all_labels;
  for (int64_t rank = 0; rank < group->size(); ++rank) {
    const int64_t rows = counts[rank].item<int64_t>();
    all_features.push_back(features[rank].slice(0, 0, rows));
    all_labels.push_back(labels[rank].slice(0, 0, rows));
  }
  return {torch::cat(all_features), torch::cat(all_labels)};
}

}  // namespace rdm
