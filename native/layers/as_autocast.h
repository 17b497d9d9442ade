// Autocast's own cast, for layers that call LibTorch below autocast.
#pragma once
#include <torch/types.h>

namespace rdm {

// The tensor in autocast's type, where autocast is on for its device: as autocast hands it to a
// convolution, and of a parameter the same cast each time.
torch::Tensor as_autocast(const torch::Tensor& tensor);

}  // namespace rdm
