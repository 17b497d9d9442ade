// What a run is in the middle of, beside its tensors: all that a checkpoint must hold for the run
// to go on as if it had not stopped. Data need nothing: order and views are a function of (seed,
// epoch, image, view), and training itself draws no random number.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/event.h"
#include "data/loading/loader.h"
#include "run/entry_reader.h"

namespace rdm {

// --on-divergence rollback gives up after so many: training that diverges again and again needs
// other settings.
constexpr int64_t kMostRollbacks = 3;

// Where training stands: at `step` of `epoch`, both 0-based. A checkpoint holds the step that is to
// be taken next.
struct Position {
  int64_t epoch = 0;
  int64_t step = 0;

  Position next_step() const { return {epoch, step + 1}; }
  Position next_epoch() const { return {epoch + 1, 0}; }
};

// What was metered of an epoch so far, on all ranks.
struct Metered {
  int64_t images = 0, steps = 0;
  double seconds = 0, batch_seconds = 0, data_seconds = 0;
  std::array<double, 4> sums{};  // of loss, hits at 1 and at 5, the momentum classifier's at 1
};

struct RunState {
  int64_t step = 0;                  // of the epoch, to go on with
  std::optional<Metered> metered;    // in the middle of an epoch
  std::vector<BadImage> bad_images;  // of training
  int64_t bad_images_reported = 0;
  int64_t rollbacks = 0;  // --on-divergence rollback: how often the order was drawn anew
  std::optional<Representation> start;  // what the weights that a run began with make of images
};

Plain to_plain(const RunState& state);
RunState read_state(const EntryReader& reader);

}  // namespace rdm
