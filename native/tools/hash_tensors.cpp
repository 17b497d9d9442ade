#include "tools/hash_tensors.h"

#include <torch/torch.h>

#include "base/error.h"
#include "base/sha256.h"
#include "checkpoint/checkpoint.h"

namespace rdm {
namespace {

Plain hash(const std::string& name, const torch::Tensor& tensor) {
  const auto values = tensor.contiguous();
  Sha256 sha;
  sha.update(values.const_data_ptr(), values.nbytes());
  return Plain::Dict{{"name", name}, {"sha256", sha.hex()}};
}

}  // namespace

Plain hash_tensors(const std::string& path) {
  const auto checkpoint = load_checkpoint(path);
  Plain::List out;
  for (const auto& [name, tensor] : checkpoint.state_dict) out.push_back(hash(name, tensor));
  each_tensor(checkpoint.optimizer, [&](const char* what, int64_t index, const auto& tensor) {
    out.push_back(hash(message(what, " of parameter ", index), tensor));
  });
  return out;
}

}  // namespace rdm
