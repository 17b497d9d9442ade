// The JSON header of a safetensors file, taken in token by token: a tree of it would need many
// times the memory of its text.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace rdm {

struct ParsedTensor {
  std::string name, dtype;
  std::vector<int64_t> shape;
  uint64_t begin = 0, end = 0;  // of its elements, in bytes behind the header
};

struct ParsedHeader {
  std::vector<ParsedTensor> tensors;  // in the header's order
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Throws a std::runtime_error with the reason: it is no JSON, not of this format, or over a limit.
ParsedHeader parse_safetensors(const std::string& text);

}  // namespace rdm
