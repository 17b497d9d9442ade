#include "device/memory.h"

#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <tuple>

#ifdef __GLIBC__
#include <malloc.h>

#include <climits>
#endif
#ifdef __linux__
#include <sys/mman.h>
#endif

namespace rdm {
namespace {

constexpr size_t kLarge = 1 << 16;

// Stays until the process has ended: tensors may be freed as late as that.
LargeBlocks& large_blocks() {
  static auto* const blocks = new LargeBlocks;
  return *blocks;
}

// In pages of 2 MiB, where the system has such for those who ask: fewer to map, to clear and to
// find.
void ask_for_huge_pages(void* block, size_t bytes) {
#ifdef __linux__
  constexpr uintptr_t kPage = 4096, kHuge = 2 << 20;
  const auto begin = (reinterpret_cast<uintptr_t>(block) + kPage - 1) / kPage * kPage;
  const auto end = (reinterpret_cast<uintptr_t>(block) + bytes) / kPage * kPage;
  if (end >= begin + kHuge) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

void free_block(void* block) {
  if (block && !large_blocks().give_back(block))
    c10::GetDefaultCPUAllocator()->raw_deleter()(block);
}

class KeepingAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) override {
    if (bytes < kLarge) return c10::GetDefaultCPUAllocator()->allocate(bytes);
    void* const block = large_blocks().take(bytes);
    return {block, block, &free_block, c10::Device(c10::DeviceType::CPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &free_block; }
  void copy_data(void* into, const void* from, size_t bytes) const override {
    default_copy_data(into, from, bytes);
  }
};

}  // namespace

void* LargeBlocks::take(size_t bytes) {
  const std::lock_guard lock(mutex_);
  size_t size = bytes;
  void* block = nullptr;
  if (const auto found = kept_.lower_bound(bytes);
      found != kept_.end() && found->first <= bytes + bytes / 4) {
    std::tie(size, block) = *found;
    kept_bytes_ -= size;
    kept_.erase(found);
  } else {
    const size_t most = std::max(most_used_, used_bytes_ + bytes);
    release_until(most + most / 4 - bytes);
    block = c10::alloc_cpu(bytes);
    ask_for_huge_pages(block, bytes);
  }
  used_[block] = size;
  used_bytes_ += size;
  most_used_ = std::max(most_used_, used_bytes_);
  return block;
}

bool LargeBlocks::give_back(void* block) {
  const std::lock_guard lock(mutex_);
  const auto found = used_.find(block);
  if (found == used_.end()) return false;
  used_bytes_ -= found->second;
  kept_bytes_ += found->second;
  kept_.emplace(found->second, block);
  used_.erase(found);
  return true;
}

size_t LargeBlocks::bytes() {
  const std::lock_guard lock(mutex_);
  return used_bytes_ + kept_bytes_;
}

// The largest first, so that the fewest have to go.
void LargeBlocks::release_until(size_t most) {
  while (!kept_.empty() && used_bytes_ + kept_bytes_ > most) {
    const auto last = std::prev(kept_.end());
    c10::free_cpu(last->second);
    kept_bytes_ -= last->first;
    kept_.erase(last);
  }
}

void keep_freed_memory() {
  static auto* const allocator = new KeepingAllocator;
  c10::SetCPUAllocator(allocator);
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most glibc allows; setting it also fixes it
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

}  // namespace rdm
