// What carries the collectives: c10d's Gloo between CPUs, c10d's NCCL between GPUs.
#pragma once
#include <c10/util/intrusive_ptr.h>

#include <functional>
#include <torch/csrc/distributed/c10d/Backend.hpp>

#include "distributed/options.h"
#include "distributed/store.h"

namespace rdm {

struct Carrier {
  c10::intrusive_ptr<c10d::Backend> backend;
  // Ends every collective under way with an error, from any thread.
  std::function<void()> abort;
};

// Whether this build has them.
bool has_gloo();
bool has_nccl();

// Both throw Code::distributed where this build does not have that backend; NCCL's also where
// versions of NCCL meet that do not go together.
Carrier make_gloo(const StorePtr& store, const ProcessOptions& options);
Carrier make_nccl(const StorePtr& store, const ProcessOptions& options);

}  // namespace rdm
