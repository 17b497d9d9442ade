// The devices' memory, and page-locked memory of the host.
#pragma once
#include <c10/core/Allocator.h>
#include <c10/core/Stream.h>

#include <cstddef>

namespace rdm::simulated {

// Memory of the current device, for its current stream. Its address is where the host would fault.
c10::Allocator& device_memory();
c10::Allocator& pinned_memory();
bool is_pinned(const void* pointer);

// What kernels see at an address of device memory.
void* seen_by_kernels(const void* pointer);

// The block that the pointer begins is in use by this stream, too.
void use_on(const void* pointer, c10::Stream stream);

}  // namespace rdm::simulated
