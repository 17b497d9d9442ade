#include "judging/mistakes.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>
#include <utility>

namespace rdm {

std::vector<Mistake> commonest_mistakes(const Classification& found, const torch::Tensor& labels) {
  constexpr size_t kMistakes = 24, kImages = 8;
  const auto expected = labels.cpu(), predicted = found.predicted.cpu();
  const auto order =
      found.confidence.cpu().argsort(/*stable=*/true, /*dim=*/0, /*descending=*/true);
  const auto* label = expected.const_data_ptr<int64_t>();
  const auto* guess = predicted.const_data_ptr<int64_t>();
  const auto* sorted = order.const_data_ptr<int64_t>();
  std::map<std::pair<int64_t, int64_t>, Mistake> mistakes;
  for (int64_t i = 0; i < order.numel(); ++i) {
    const int64_t image = sorted[i];
    if (label[image] == guess[image]) continue;
    auto& mistake = mistakes[{label[image], guess[image]}];
    mistake.label = label[image];
    mistake.predicted = guess[image];
    ++mistake.count;
    if (mistake.images.size() < kImages) mistake.images.push_back(image);
  }
  std::vector<Mistake> out;
  for (auto& [pair, mistake] : mistakes) out.push_back(std::move(mistake));
  std::stable_sort(out.begin(), out.end(),
                   [](const Mistake& a, const Mistake& b) { return a.count > b.count; });
  if (out.size() > kMistakes) out.resize(kMistakes);
  return out;
}

}  // namespace rdm
