// Where training stands.
#pragma once
#include <cstdint>

namespace rdm {

// At `step` of `epoch`, both 0-based. A checkpoint holds the step that is to be taken next.
struct Position {
  int64_t epoch = 0;
  int64_t step = 0;

  Position next_step() const { return {epoch, step + 1}; }
  Position next_epoch() const { return {epoch + 1, 0}; }
};

}  // namespace rdm
