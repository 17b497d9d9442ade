#include "base/error.h"
#include "distributed/backend.h"

#ifdef RDM_WITH_NCCL
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace rdm {

#ifdef RDM_WITH_NCCL

Carrier make_nccl(const StorePtr& store, const ProcessOptions& options) {
  auto settings = c10d::ProcessGroupNCCL::Options::create();
  settings->timeout = std::chrono::seconds(options.timeout);
  auto nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      c10::make_intrusive<c10d::PrefixStore>("nccl", store), static_cast<int>(options.rank),
      static_cast<int>(options.world_size), settings);
  return {nccl, [nccl] { nccl->abort(); }};
}

#else

Carrier make_nccl(const StorePtr&, const ProcessOptions&) {
  throw Error(Code::distributed, "this rdm was built without NCCL",
              "take --dist-backend gloo, or build against a CUDA LibTorch with nccl.h (the wheel "
              "nvidia-nccl-cu13 has it)");
}

#endif

}  // namespace rdm
