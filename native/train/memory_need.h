// What a run takes of memory, told before it starts, by arithmetic alone. `npm run
// bench:memory` holds it against runs.
#pragma once
#include <cstdint>

#include "options/supervised.h"

namespace rdm {

// Bytes of one process; on a CPU all of them are the host's.
struct MemoryNeed {
  double host = 0, device = 0;
};

// batch: images of one process in a step, which with `precision` take the place of the options'.
MemoryNeed memory_need(const PretrainOptions& options, int64_t batch, Precision precision,
                       bool cuda);
MemoryNeed memory_need(const LinclsOptions& options, int64_t batch, Precision precision, bool cuda);
MemoryNeed memory_need(const FinetuneOptions& options, int64_t batch, Precision precision,
                       bool cuda);

}  // namespace rdm
