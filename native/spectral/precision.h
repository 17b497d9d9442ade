// What runs in float32 or better whatever the autocast: losses, statistics, decompositions.
#pragma once
#include <torch/types.h>

namespace rdm {

// No autocast for as long as it lives.
struct WithoutAutocast {
  c10::impl::ExcludeDispatchKeyGuard guard{c10::autocast_dispatch_keyset};
};

inline torch::Tensor at_least_float32(const torch::Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

}  // namespace rdm
