#include "data/loading/sampler.h"

#include <numeric>
#include <utility>

#include "base/random.h"

namespace rdm {

std::vector<int64_t> epoch_order(int64_t count, uint64_t seed, int64_t epoch, bool shuffle) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), int64_t{0});
  if (!shuffle) return order;
  // The shuffle of Fisher and Yates. No image has the number ~0, so no view shares this stream.
  Stream stream(seed, static_cast<uint64_t>(epoch), ~uint64_t{0}, 0);
  for (int64_t i = count - 1; i > 0; --i) std::swap(order[i], order[stream.below(i + 1)]);
  return order;
}

int64_t Share::size(int64_t count) const {
  return padded ? (count + ranks - 1) / ranks : (count - rank + ranks - 1) / ranks;
}

std::vector<int64_t> Share::of(const std::vector<int64_t>& order) const {
  const auto count = static_cast<int64_t>(order.size());
  std::vector<int64_t> mine;
  for (int64_t i = 0; i < size(count); ++i) mine.push_back(order[(i * ranks + rank) % count]);
  return mine;
}

}  // namespace rdm
