// The loader's batches in memory, shared with the batches that the training loop holds.
//
//   slot    free ─(first image claimed)─► filling ─(last image done, next())─► held ─► free
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

#include "base/product.h"

namespace rdm::detail {

struct Slot {
  // One view after the other, each (batch_size, S, S, 3) with its own S, then the labels
  // (batch_size).
  std::shared_ptr<void> memory;
  int64_t* labels = nullptr;
  std::vector<int64_t> images;
  int64_t step = 0;
  int64_t size = 0;       // images of this batch
  int64_t remaining = 0;  // images not done yet
  enum class State { free, filling, held } state = State::free;
  // The error over the first bad image of the batch, so that the report does not depend on timing.
  int64_t failed_at = 0;
  std::exception_ptr failure;
};

// The batches in flight. Outlives the loader as long as a batch is held.
class Ring {
 public:
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Slot> slots;
  std::vector<Slot*> filling;  // in the order of their steps
  int64_t batch_size = 0;
  std::vector<int64_t> sizes;           // of each view: pixels on a side
  int64_t value_bytes = sizeof(float);  // of a pixel's colour

  int views() const { return static_cast<int>(sizes.size()); }

  // Bytes of a batch's first views, so many.
  size_t bytes(int views) const {
    size_t sum = 0;
    for (int view = 0; view < views; ++view) {
      const int64_t size = sizes[view];
      sum += static_cast<size_t>(product(batch_size, size, size, 3 * value_bytes));
    }
    return sum;
  }

  // Where an image's view lies.
  uint8_t* at(const Slot& slot, int view, int64_t image) const {
    const int64_t size = sizes[view];
    return static_cast<uint8_t*>(slot.memory.get()) + bytes(view) +
           image * size * size * 3 * value_bytes;
  }
};

}  // namespace rdm::detail
