// --checkpoint-every: when a checkpoint in the middle of an epoch is due.
#pragma once
#include <chrono>
#include <cstdint>

#include "distributed/group.h"

namespace rdm {

class Cadence {
 public:
  // Every so many steps, or seconds; 0: never.
  Cadence(int64_t steps, int64_t seconds) : steps_(steps), seconds_(seconds) {}

  // After `done` steps of the whole run, the last `taken` of them looked at together: gradients
  // that are being accumulated cannot be saved. On all ranks alike: each counts steps, and on
  // logging steps the first one's clock counts for all. While the writer is busy a checkpoint is
  // put off; several ranks that count steps wait for it instead.
  bool due(int64_t done, int64_t taken, bool logging, bool busy, Group* group) const {
    if (steps_ > 0 && done / steps_ > (done - taken) / steps_) return group || !busy;
    if (seconds_.count() == 0) return false;
    const bool late = !busy && std::chrono::steady_clock::now() - saved_ >= seconds_;
    return group ? logging && group->any(is_first(group) && late) : late;
  }

  void saved() { saved_ = std::chrono::steady_clock::now(); }

 private:
  int64_t steps_;
  std::chrono::seconds seconds_;
  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};

}  // namespace rdm
