#include "safetensors.h"

#include <torch/torch.h>

#include <fstream>

#include "golden.h"

namespace rdm::test {

std::map<std::string, torch::Tensor> golden_tensors(const std::string& file) {
  std::ifstream in(golden_path(file), std::ios::binary);
  uint64_t length = 0;
  in.read(reinterpret_cast<char*>(&length), sizeof length);
  std::string header(length, ' ');
  in.read(header.data(), static_cast<std::streamsize>(length));
  const auto entries = nlohmann::json::parse(header);
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& [name, entry] : entries.items()) {
    if (name == "__metadata__") continue;
    const auto shape = entry["shape"].get<std::vector<int64_t>>();
    const auto type = entry["dtype"] == "I64" ? torch::kInt64 : torch::kFloat32;
    auto tensor = torch::empty(shape, type);
    in.seekg(static_cast<std::streamoff>(8 + length + entry["data_offsets"][0].get<uint64_t>()));
    in.read(static_cast<char*>(tensor.data_ptr()), static_cast<std::streamsize>(tensor.nbytes()));
    if (!in) throw std::runtime_error("golden tensors are truncated: " + file);
    tensors[name] = tensor;
  }
  return tensors;
}

}  // namespace rdm::test
