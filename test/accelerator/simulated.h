// A simulated accelerator, LibTorch's PrivateUse1: two devices on which host code that is wrong for
// a GPU fails on any machine.
//
//   memory    the host's mapping of it faults; kernels see the same pages through another one.
//             Memory is full of NaN when it is new, and freed memory is handed out again at once to
//             the stream that it was made on, as CUDA's caching allocator does.
//   streams   kernels and copies are queued, and run only when something waits for them.
//   events    are done only when waited for, or after so many polls; timed ones count a millisecond
//             for each thing that the device has done.
//   copies    that do not block read their source when they run, if it is page-locked.
//   current   device 0, until a thread sets another one.
#pragma once
#include <c10/core/Device.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>

namespace rdm::simulated {

constexpr int kDevices = 2;
constexpr int kNever = std::numeric_limits<int>::max();

// Before anything else of LibTorch.
void install();

c10::Device device(int index);

// Of a device that would need more than it has so far and so many bytes, LibTorch hears that its
// memory is full.
void set_room(size_t bytes);

// An event is done after so many polls; 0: everything runs as it is queued.
void set_laziness(int polls);

struct Counters {
  int64_t host_reads = 0;  // values that the host waited for: item(), blocking copies to the host
  int64_t to_device = 0, to_host = 0;                // copies
  std::array<int64_t, kDevices> synchronisations{};  // waits for a device, a stream or by a copy
  std::array<int64_t, kDevices> events{};            // waits for an event
  std::array<int64_t, kDevices> allocations{};
  std::map<std::string, int64_t> kernels;  // by name

  int64_t launched() const;  // kernels in all
};

Counters& counters();

void finish_all();  // runs all that is queued

}  // namespace rdm::simulated
