// The clock that times loading.
#pragma once
#include <chrono>
#include <cstdint>

namespace rdm {

using Clock = std::chrono::steady_clock;

inline int64_t nanoseconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(to - from).count();
}

}  // namespace rdm
