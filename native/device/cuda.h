// Why there is no CUDA device, where there is none.
#pragma once
#include <optional>
#include <string>

namespace rdm {

// What a device needs, from LibTorch down to the machine. Versions of CUDA as 13000 for 13.0.
struct CudaFacts {
  std::optional<int> libtorch;         // the CUDA that LibTorch was built for; none: a CPU build
  std::optional<int> driver;           // the newest that the driver knows; none: no driver
  std::string refusal;                 // the driver's, where it shows no device
  int devices = 0;                     // that the driver shows, of those made visible
  std::optional<std::string> visible;  // CUDA_VISIBLE_DEVICES
  bool node = false;                   // /dev/nvidia0 is there
};

// Of this machine. Asks the driver, which takes a while where there is one.
CudaFacts cuda_facts();

struct NoCuda {
  std::string reason;   // "LibTorch is a CPU build"
  std::string advice;   // what to do
  bool unused = false;  // a GPU is there, and nobody has hidden it
};

// Of facts that LibTorch makes no device of; the first thing that is missing.
NoCuda why_no_cuda(const CudaFacts& facts);

std::string cuda_version_name(int version);  // 13.0

}  // namespace rdm
