#include "judging/classification.h"

#include <torch/torch.h>

#include <algorithm>

namespace rdm {
namespace {

double mean_of(const torch::Tensor& values) {
  return values.to(torch::kFloat64).mean().item<double>();
}

double calibration_error(const torch::Tensor& confidence, const torch::Tensor& right) {
  constexpr int64_t kRanges = 15;
  const auto range = (confidence * kRanges).ceil().sub(1).clamp(0, kRanges - 1).to(torch::kInt64);
  const auto gap = confidence.to(torch::kFloat64) - right.to(torch::kFloat64);
  const auto sums = torch::zeros({kRanges}, gap.options()).index_add_(0, range, gap);
  return sums.abs().sum().item<double>() / static_cast<double>(confidence.numel());
}

}  // namespace

Classification judge(const torch::Tensor& logits, const torch::Tensor& labels) {
  const int64_t classes = logits.size(1);
  Classification out;
  const auto log_probabilities = logits.to(torch::kFloat32).log_softmax(1);
  out.loss = mean_of(-log_probabilities.gather(1, labels.unsqueeze(1)));
  std::tie(out.confidence, out.predicted) = log_probabilities.max(1);
  out.confidence = out.confidence.exp();
  const auto right = out.predicted.eq(labels);
  out.top1 = 100 * mean_of(right);
  const auto first = std::get<1>(logits.topk(std::min<int64_t>(5, classes), 1));
  out.top5 = 100 * mean_of(first.eq(labels.unsqueeze(1)).any(1));
  out.calibration_error = calibration_error(out.confidence, right);
  out.confusion = torch::bincount(labels * classes + out.predicted, {}, classes * classes)
                      .view({classes, classes});
  const auto images = out.confusion.sum(1);
  const auto own = out.confusion.diagonal().to(torch::kFloat64) / images;
  out.mean_per_class = 100 * mean_of(own.masked_select(images.gt(0)));
  return out;
}

}  // namespace rdm
