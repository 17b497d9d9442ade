#include <cstdlib>
#include <string>

#include "base/error.h"
#include "distributed/backend.h"
#include "distributed/nccl_version.h"

#ifdef RDM_WITH_NCCL
#include <nccl.h>
#include <torch/csrc/cuda/nccl.h>
#include <torch/cuda.h>

#include <torch/csrc/distributed/c10d/NCCLUtils.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>
#endif

namespace rdm {

#ifdef RDM_WITH_NCCL

bool has_nccl() {
  return true;
}

namespace {

int nccl_of_libtorch() {
  const auto packed = torch::cuda::nccl::version();  // 16 bits a part, from major in bits 32 to 47
  return NCCL_VERSION(static_cast<int>(packed >> 32), static_cast<int>(packed >> 16 & 0xffff),
                      static_cast<int>(packed & 0xffff));
}

// Its watchdog ends communicators that fail, and by LibTorch's default the process with them,
// before this rank has said which other one is lost.
void leave_the_end_to_us() {
  const auto clean_up_only = std::to_string(c10d::CleanUpOnly);
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", clean_up_only.c_str(), /*replace=*/0);
}

}  // namespace

Carrier make_nccl(const StorePtr& store, const ProcessOptions& options) {
  check_nccl({NCCL_VERSION_CODE, nccl_of_libtorch(), c10d::getNcclVersionNumber()});
  if (!torch::cuda::is_available()) {
    throw Error(Code::distributed,
                message("NCCL talks between CUDA devices, and rank ", options.rank, " sees none"),
                "rdm doctor says why not; --dist-backend gloo does without");
  }
  leave_the_end_to_us();
  auto settings = c10d::ProcessGroupNCCL::Options::create();
  settings->timeout = std::chrono::seconds(options.timeout);
  auto nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      c10::make_intrusive<c10d::PrefixStore>("nccl", store), static_cast<int>(options.rank),
      static_cast<int>(options.world_size), settings);
  return {nccl, [nccl] { nccl->abort(); }};
}

#else

bool has_nccl() {
  return false;
}

Carrier make_nccl(const StorePtr&, const ProcessOptions&) {
  throw Error(Code::distributed, "this rdm was built without NCCL",
              "take --dist-backend gloo; rdm doctor says whether this LibTorch has CUDA, and then "
              "set-up which headers were not there");
}

#endif

}  // namespace rdm
