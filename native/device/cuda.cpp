#include "device/cuda.h"

#include <ATen/Context.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"

namespace rdm {
namespace {

// The driver's own library, which a CPU build of LibTorch can ask, too. Never closed: CUDA keeps
// threads.
template <typename... Arguments>
auto driver_function(const char* name) {
  void* driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  void* found = driver ? ::dlsym(driver, name) : nullptr;
  return reinterpret_cast<int (*)(Arguments...)>(found);
}

std::string error_name(int error) {
  const char* name = nullptr;
  const auto get_name = driver_function<int, const char**>("cuGetErrorName");
  if (get_name) get_name(error, &name);
  return name ? name : message("error ", error);
}

void ask_driver(CudaFacts& facts) {
  int version = 0;
  const auto get_version = driver_function<int*>("cuDriverGetVersion");
  if (!get_version || get_version(&version) != 0) return;
  facts.driver = version;
  const auto start = driver_function<unsigned>("cuInit");
  const auto count = driver_function<int*>("cuDeviceGetCount");
  int error = start(0);
  if (error == 0) error = count(&facts.devices);
  if (error != 0) facts.refusal = error_name(error);
}

}  // namespace

CudaFacts cuda_facts() {
  CudaFacts facts;
  if (at::Context::hasCUDART()) facts.libtorch = static_cast<int>(at::Context::versionCUDART());
  ask_driver(facts);
  if (const char* visible = std::getenv("CUDA_VISIBLE_DEVICES")) facts.visible = visible;
  facts.node = std::filesystem::exists("/dev/nvidia0");
  return facts;
}

NoCuda why_no_cuda(const CudaFacts& facts) {
  const bool hidden = facts.visible && (facts.visible->empty() || facts.visible->front() == '-');
  const bool unused = !hidden && (facts.devices > 0 || facts.node);
  if (!facts.libtorch) {
    return {"LibTorch is a CPU build",
            "with a prebuilt addon `npx rdm setup --cuda`; else set LIBTORCH to a CUDA build (the "
            "torch "
            "folder of PyTorch's CUDA wheel is one) and run set-up again",
            unused};
  }
  const auto wanted = cuda_version_name(*facts.libtorch);
  if (!facts.driver) {
    return {"no NVIDIA driver is there: libcuda.so.1",
            "install the driver where there is a GPU; a container must be started with it, as by "
            "--gpus all",
            unused};
  }
  if (*facts.driver / 1000 < *facts.libtorch / 1000) {
    return {message("the driver is too old: it knows CUDA ", cuda_version_name(*facts.driver),
                    ", and LibTorch was built for CUDA ", wanted),
            message("a newer driver, or a LibTorch for CUDA ", *facts.driver / 1000), unused};
  }
  if (facts.devices > 0) {
    return {message("LibTorch can use none of the ", facts.devices, " device(s) of the driver"),
            "nvidia-smi says in which state they are", unused};
  }
  if (facts.visible) {
    return {message("CUDA_VISIBLE_DEVICES='", *facts.visible, "' leaves no device visible"),
            "unset it, or name devices that nvidia-smi -L lists", unused};
  }
  return {message("the driver shows no device: ", facts.refusal),
          "nvidia-smi -L must list one; a container must be started with it, as by --gpus all",
          unused};
}

std::string cuda_version_name(int version) {
  return message(version / 1000, ".", version % 1000 / 10);
}

}  // namespace rdm
