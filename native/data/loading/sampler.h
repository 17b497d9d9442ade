// Which image comes at which place of an epoch.
#pragma once
#include <cstdint>
#include <vector>

namespace rdm {

// The order of an epoch: a permutation of 0 … count - 1 that depends on (seed, epoch) alone, or the
// plain order when not shuffled.
std::vector<int64_t> epoch_order(int64_t count, uint64_t seed, int64_t epoch, bool shuffle);

// What one of several processes takes of an epoch: the places rank, rank + ranks, rank + 2 · ranks
// … of the order.
struct Share {
  int64_t rank = 0, ranks = 1;
  // All shares have one size: where places are missing, the order is continued from its beginning.
  bool padded = true;

  int64_t size(int64_t count) const;  // of an order of `count` images
  std::vector<int64_t> of(const std::vector<int64_t>& order) const;
};

}  // namespace rdm
