// Counter-based random streams: every draw is a pure function of its key and its position, never of
// the thread that asked first. A stream is keyed by (seed, epoch, image, view).
#pragma once
#include <cstdint>

namespace rdm {

class Stream {
 public:
  Stream(uint64_t seed, uint64_t epoch, uint64_t image, uint64_t view)
      : key_(mix(mix(mix(mix(seed) + epoch) + image) + view)) {}

  uint64_t bits() { return mix(key_ + kGolden * ++position_); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // 0 … bound - 1, without modulo bias that matters (bound far below 2^64).
  uint64_t below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>(bits()) * bound) >> 64);
  }
  bool chance(double probability) { return uniform() < probability; }

 private:
  static constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;

  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
  static uint64_t mix(uint64_t x) {
    x += kGolden;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }

  uint64_t key_;
  uint64_t position_ = 0;
};

}  // namespace rdm
