#include "spectral/svd.h"

#include <torch/torch.h>

#include <limits>

#include "spectral/gram.h"
#include "spectral/response.h"

namespace rdm {

SvdFilter svd_filter(const torch::Tensor& x, const FilterSpec& spec) {
  const torch::NoGradGuard no_grad;
  if (!torch::isfinite(x).all().item<bool>()) {  // LAPACK would throw
    const auto nan = torch::full({1}, std::numeric_limits<double>::quiet_NaN(), x.options());
    return {nan.expand({x.size(1), 1}), nan};
  }
  const auto [u, s, vt] = torch::linalg_svd(x, /*full_matrices=*/false);
  const auto kept =
      spec.keep_null_space ? torch::ones_like(s, torch::kBool) : s > s.max() * relative_noise(x);
  return {vt.t(), torch::where(kept, filter_response(s, spec), 0.0)};
}

torch::Tensor apply(const SvdFilter& w, const torch::Tensor& z) {
  return torch::mm(torch::mm(z, w.v) * w.g, w.v.t());  // Z V g(S) Vᵀ
}

}  // namespace rdm
