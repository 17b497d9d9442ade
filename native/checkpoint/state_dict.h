// An ordered state dict: names and tensors in the order torch registers them.
#pragma once
#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

namespace rdm {

using StateDict = std::vector<std::pair<std::string, torch::Tensor>>;

}  // namespace rdm
