// Memory from one training step to the next.
#pragma once
#include <cstddef>
#include <map>
#include <mutex>
#include <unordered_map>

namespace rdm {

// Keeps the memory of a step's activations from going back to the system. The next step asks for
// the same again, and the system would have to map and clear every page anew. Holds for the whole
// process: LibTorch's large tensors come from LargeBlocks, and the C library, where it is glibc,
// keeps what is smaller.
void keep_freed_memory();

// Blocks that are kept when they are given back, for whoever asks for as many bytes or little less.
// All together never take more than a quarter above the most that was in use at once.
class LargeBlocks {
 public:
  void* take(size_t bytes);
  bool give_back(void* block);  // false: not one of these
  size_t bytes();               // in use and kept

 private:
  void release_until(size_t most);

  std::mutex mutex_;
  std::multimap<size_t, void*> kept_;
  std::unordered_map<void*, size_t> used_;
  size_t kept_bytes_ = 0, used_bytes_ = 0, most_used_ = 0;
};

}  // namespace rdm
