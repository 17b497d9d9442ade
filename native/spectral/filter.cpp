#include "spectral/filter.h"

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

torch::Tensor apply_filter(const torch::Tensor& x, const Decomposition& decomposition,
                           const FilterSpec& spec) {
  const auto type = torch::promote_types(x.scalar_type(), torch::kFloat32);
  const auto response = filter_response(decomposition.singular_values, spec);
  const auto g = torch::where(decomposition.kept, response, 0.0).to(type);
  const auto v = decomposition.right_vectors.to(type);
  return torch::mm(torch::mm(x.to(type), v) * g, v.t());
}

}  // namespace rdm
