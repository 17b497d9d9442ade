// What a checkpoint records of its run beside the reference's keys: its options and where it
// stands.
#pragma once
#include <cstdint>
#include <optional>

#include "base/plain.h"
#include "train/options.h"

namespace rdm {

// Where training goes on: at `step` of `epoch`, both 0-based.
struct Position {
  int64_t epoch = 0;
  int64_t step = 0;
};

// {command, version, libtorch, step, …the options}, with the seed that was in use.
Plain make_record(const char* command, const RunOptions& options, uint64_t seed, int64_t step);

int64_t recorded_step(const Plain& record);  // 0 in a file of the reference
std::optional<int64_t> recorded_seed(const Plain& record);

}  // namespace rdm
