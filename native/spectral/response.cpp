#include "spectral/response.h"

#include <torch/torch.h>

namespace rdm {

torch::Tensor filter_response(const torch::Tensor& s, const FilterSpec& spec) {
  switch (spec.shape) {
    case FilterShape::poly: return s.pow(spec.sigma);
    case FilterShape::log: return s.log();
    case FilterShape::log_1: return s.log1p();
    case FilterShape::log_2: return s.square().log1p();
  }
  TORCH_INTERNAL_ASSERT(false, "unknown filter shape");
}

}  // namespace rdm
