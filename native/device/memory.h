// Memory that a training step frees is what the next one asks for.
#pragma once

namespace rdm {

// Keeps the C library from handing a step's activations back to the system, which would have every
// step touch its pages anew. For the whole process; only where the library is glibc.
void keep_freed_memory();

}  // namespace rdm
