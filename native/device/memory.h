// Memory from one training step to the next.
#pragma once

namespace rdm {

// Keeps the C library from giving the memory of a step's activations back to the system. The next
// step asks for the same again, and the system would have to map and clear every page anew. Holds
// for the whole process; does nothing where the library is not glibc.
void keep_freed_memory();

}  // namespace rdm
