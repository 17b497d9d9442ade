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

namespace rdm::detail {

struct Slot {
  // One view after the other, each (batch_size, S, S, 3), then the labels (batch_size).
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
  int64_t batch_size = 0, image_size = 0;
  int views = 0;
  int64_t value_bytes = sizeof(float);  // of a pixel's colour

  int64_t view_values() const { return batch_size * image_size * image_size * 3; }
};

}  // namespace rdm::detail
