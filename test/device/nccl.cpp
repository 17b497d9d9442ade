#include <torch/torch.h>

#include "base/error.h"
#include "distributed/backend.h"
#include "distributed/group.h"
#include "parts.h"

namespace rdm::device_check {

Answer nccl(const Where& where) {
  if (!has_nccl()) return {{"left out", "this build has no NCCL"}};
  if (!where.device.is_cuda()) return {{"left out", "NCCL is for CUDA devices"}};
  ProcessOptions options;
  options.host = "127.0.0.1";
  options.port = 29517;
  options.serve = true;
  options.backend = DistBackend::nccl;
  options.timeout = 60;
  Group group(options, {}, [](const std::string&) {});
  bool same = false;
  group.run([&] {
    const auto x =
        torch::arange(12, torch::TensorOptions(torch::kFloat32)).view({3, 4}).to(where.device);
    const auto sum = x.clone(), sent = x.clone();
    group.sum(sum);
    group.broadcast(sent, /*from=*/0);
    same = sum.equal(x) && sent.equal(x) && group.gather_rows(x).equal(x) && !group.any(false);
  });
  return {{"ok", same}};
}

}  // namespace rdm::device_check
