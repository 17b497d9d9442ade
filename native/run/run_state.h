// What a run is in the middle of, beside its tensors: all that a checkpoint must hold for the run
// to go on as if it had not stopped. Data need nothing: order and views are a function of (seed,
// epoch, image, view), and training itself draws no random number.
#pragma once
#include <cstdint>
#include <vector>

#include "base/plain.h"
#include "data/loading/loader.h"

namespace rdm {

struct RunState {
  int64_t step = 0;                  // of the epoch, to go on with
  Plain meters;                      // Meters::state() of the epoch so far; null between epochs
  std::vector<BadImage> bad_images;  // of training
  int64_t bad_images_reported = 0;
  int64_t rollbacks = 0;  // --on-divergence rollback: how often the order was drawn anew
};

Plain to_plain(const RunState& state);

// From a checkpoint's record; the initial state where a file of the reference has none.
RunState recorded_state(const Plain& record);

}  // namespace rdm
