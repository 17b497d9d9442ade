// The zip format of torch.save.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace rdm {

// The pickle, then one record for each tensor, data/0, data/1, …, contiguous and on the CPU; whole
// or not at all. `written` is told the file's SHA-256 before it appears. Errors: AtomicFile's.
void write_zip(const std::string& path, const std::string& pickle,
               const std::vector<torch::Tensor>& tensors,
               const std::function<void(const std::string& sha256)>& written);

}  // namespace rdm
