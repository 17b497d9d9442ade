// Reads the golden tensors (safetensors: 8-byte header length, JSON header, raw data).
#pragma once
#include <torch/types.h>

#include <map>
#include <string>

namespace rdm::test {

std::map<std::string, torch::Tensor> golden_tensors(const std::string& file);

}  // namespace rdm::test
