// Collectives between the processes of one machine through memory that they share. A message
// through Gloo's sockets wakes four threads one after the other and is copied by the kernel twice,
// which a machine whose processors all compute has no time for.
#pragma once
#include "distributed/backend.h"

namespace rdm {

// Where all ranks are on one machine, a carrier that sums floating-point tensors and gathers any on
// the CPU through such memory, each call until its end; all else goes to the carrier below, which
// is returned itself where the ranks have no memory to share. Every rank calls it.
Carrier through_shared_memory(const Carrier& below, const StorePtr& store,
                              const ProcessOptions& options);

}  // namespace rdm
