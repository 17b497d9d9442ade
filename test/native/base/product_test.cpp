// Products of sizes.
#include "base/product.h"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace rdm;

TEST_CASE("a product that 64 bits hold is exact, and any other an error") {
  constexpr int64_t kMost = INT64_MAX, kSide = UINT32_MAX;
  CHECK(product(int64_t{3}, int64_t{5}, int64_t{7}) == 105);
  CHECK(product(kMost, int64_t{1}) == kMost);
  CHECK(product(kSide, kSide / 2) == 9223372030412324865);
  for (const int64_t other : {int64_t{2}, kMost}) {
    CHECK_THROWS_AS(product(kMost, other), std::overflow_error);
  }
  CHECK_THROWS_AS(product(kSide, kSide), std::overflow_error);
  CHECK_THROWS_AS(product(kMost, int64_t{2}, int64_t{0}), std::overflow_error);
}
