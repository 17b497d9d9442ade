// What is not the CPU, by LibTorch's interface to any accelerator: the same lines run on CUDA and
// on the accelerator that the tests simulate.
#pragma once
#include <c10/core/Device.h>

namespace rdm {

// CUDA, or the accelerator that a program has registered in its place.
c10::DeviceType accelerator();

// How many of them this process sees.
int64_t accelerators();

// Makes the device this thread's own: allocations that name no index, events and page-locked memory
// are its from here on. Another device would otherwise be set up, and hold memory, for nothing.
void make_current(c10::Device device);

// Until all that was asked of it is done. Does nothing for a CPU.
void wait_for(c10::Device device);

}  // namespace rdm
