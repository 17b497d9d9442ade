#include "device/memory.h"

#include <cstdlib>

#ifdef __GLIBC__
#include <malloc.h>

#include <climits>
#endif

namespace rdm {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most glibc allows; setting it also fixes it
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

}  // namespace rdm
