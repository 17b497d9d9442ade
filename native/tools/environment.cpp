#include "tools/environment.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Version.h>
#include <ATen/cpu/Utils.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "base/version.h"
#include "data/codecs/formats.h"
#include "device/cuda.h"
#include "distributed/backend.h"

namespace rdm {
namespace {

// Whether a decoder claims a file that begins like this, as with every image.
bool reads(std::string_view magic) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(magic.data());
  return find_format({bytes, magic.size()}) != nullptr;
}

Plain codecs() {
  using std::string_view_literals::operator""sv;
#if __has_include(<jpegint.h>)
  const bool huffman = true;  // the condition of data/jpeg/huffman.cpp
#else
  const bool huffman = false;
#endif
  return Plain::Dict{{"jpeg", true},
                     {"jpegHuffman", huffman},
                     {"png", true},
                     {"webp", reads("RIFF\0\0\0\0WEBP"sv)},
                     {"tiff", reads("II*\0"sv)}};
}

// Whether the CPU has instructions for bf16. Other CPUs convert, and are slower with bf16 than
// without.
bool multiplies_in_bf16() {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  return std::ranges::any_of(std::array{"avx512_bf16", "amx_bf16", "bf16"}, [&](auto* name) {
    const auto found = capabilities.find(name);
    return found != capabilities.end() && found->second.isBool() && found->second.toBool();
  });
}

Plain cuda() {
  const bool available = torch::cuda::is_available();
  const bool built = at::Context::hasCUDART();
  Plain::Dict out{{"available", available},
                  {"devices", static_cast<int64_t>(torch::cuda::device_count())},
                  {"built", built ? cuda_version_name(at::Context::versionCUDART()) : Plain()},
                  {"missing", Plain()}};
  if (available) return out;
  const auto missing = why_no_cuda(cuda_facts());
  out.back().second = Plain::Dict{
      {"reason", missing.reason}, {"advice", missing.advice}, {"unused", missing.unused}};
  return out;
}

}  // namespace

Plain environment() {
  return Plain::Dict{{"version", version()},
                     {"libtorch", TORCH_VERSION},
                     {"threads", torch::get_num_threads()},
                     {"cpu", at::get_cpu_capability()},
                     {"bf16", multiplies_in_bf16()},
                     {"cuda", cuda()},
                     {"codecs", codecs()},
                     {"backends", Plain::Dict{{"gloo", has_gloo()}, {"nccl", has_nccl()}}}};
}

}  // namespace rdm
