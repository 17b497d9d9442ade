// What a step frees is there for the next one, and no more of it than a quarter.
#include "device/memory.h"

#include "check.h"

using namespace rdm;

namespace {

constexpr size_t kMiB = 1 << 20;

}  // namespace

TEST_CASE("a large block that is given back is the next one of about its size") {
  LargeBlocks blocks;
  void* const first = blocks.take(10 * kMiB);
  CHECK(blocks.give_back(first));
  void* const second = blocks.take(9 * kMiB);
  CHECK(second == first);
  void* const other = blocks.take(9 * kMiB);
  CHECK(other != first);
  CHECK(blocks.give_back(second));
  void* const small = blocks.take(2 * kMiB);  // of which the block would be a waste
  CHECK(small != first);
  int here = 0;
  CHECK(!blocks.give_back(&here));
  blocks.give_back(other);
  blocks.give_back(small);
}

TEST_CASE("large blocks take at most a quarter more than was in use at once") {
  LargeBlocks blocks;
  size_t most = 0;
  for (size_t step = 0; step < 40; ++step) {
    std::vector<void*> used;
    size_t in_use = 0;
    for (size_t i = 0; i < 4; ++i) {
      const size_t bytes = (2 + (7 * step + 3 * i) % 11) * kMiB;  // never the same four
      used.push_back(blocks.take(bytes));
      in_use += bytes + bytes / 4;  // a block may be that much larger
    }
    most = std::max(most, in_use);
    for (void* const block : used) blocks.give_back(block);
    CHECK(blocks.bytes() <= most + most / 4);
  }
}

TEST_CASE("LibTorch's large tensors are made of what earlier ones left, its small ones are not") {
  keep_freed_memory();
  const auto address = [](int64_t values) { return torch::ones({values}).data_ptr(); };
  const auto large = address(12'000'000);  // 48 MB, which glibc alone would give back
  CHECK(address(12'000'000) == large);
  auto grown = torch::ones({300'000});
  grown.resize_({600'000});
  CHECK(grown.slice(0, 0, 300'000).eq(1).all().item<bool>());
}
