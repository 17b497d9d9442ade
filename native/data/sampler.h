// Which image comes at which place of an epoch.
#pragma once
#include <cstdint>
#include <vector>

namespace rdm {

// The order of an epoch: a permutation of 0 … count - 1 that depends on (seed, epoch) alone, or the
// plain order when not shuffled. Several processes take turns in this one order.
std::vector<int64_t> epoch_order(int64_t count, uint64_t seed, int64_t epoch, bool shuffle);

}  // namespace rdm
