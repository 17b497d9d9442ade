#include "layers/as_autocast.h"

#include <ATen/autocast_mode.h>

namespace rdm {

torch::Tensor as_autocast(const torch::Tensor& tensor) {
  const auto device = tensor.device().type();
  if (!at::autocast::is_autocast_enabled(device)) return tensor;
  return at::autocast::cached_cast(at::autocast::get_autocast_dtype(device), tensor, device);
}

}  // namespace rdm
