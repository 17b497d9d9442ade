// The safetensors format: the header's length in eight bytes, the header as JSON, the elements.
// Source: github.com/huggingface/safetensors, "Format".
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checkpoint/state_dict.h"

namespace rdm {

struct SafetensorsHeader {
  struct Entry {
    std::string name;
    torch::ScalarType dtype;
    std::vector<int64_t> shape;
    uint64_t begin = 0;  // of the elements, in bytes of the file
  };
  std::vector<Entry> tensors;  // in the order of their elements
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Nothing where the file does not begin as one. Errors (bad_checkpoint, with the file and the
// reason): its header is damaged or over a limit, a tensor's elements are not all there, or it is
// of another format as well.
std::optional<SafetensorsHeader> read_safetensors_header(const std::string& path);

// The elements of a tensor of the header. bad_checkpoint where they cannot be read.
torch::Tensor read_safetensor(const std::string& path, const SafetensorsHeader::Entry& entry);

// Errors: AtomicFile's.
void save_safetensors(const std::string& path, const StateDict& state,
                      const std::vector<std::pair<std::string, std::string>>& metadata);

}  // namespace rdm
