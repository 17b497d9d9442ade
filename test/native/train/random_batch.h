// A batch of random views of 32 x 32 pixels and labels of three classes.
#pragma once
#include "device/feed.h"

namespace rdm::test {

inline DeviceBatch random_batch(int64_t n = 8) {
  return {{torch::randn({n, 3, 32, 32}), torch::randn({n, 3, 32, 32})},
          torch::randint(3, {n}, torch::kInt64)};
}

}  // namespace rdm::test
