#include "tools/environment.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Version.h>
#include <torch/torch.h>
#include <torch/version.h>

#include "base/version.h"

namespace rdm {

Plain environment() {
  const auto devices = static_cast<int64_t>(torch::cuda::device_count());
  return Plain::Dict{
      {"version", version()},
      {"libtorch", TORCH_VERSION},
      {"threads", torch::get_num_threads()},
      {"cpu", at::get_cpu_capability()},
      {"cuda", Plain::Dict{{"available", torch::cuda::is_available()}, {"devices", devices}}}};
}

}  // namespace rdm
