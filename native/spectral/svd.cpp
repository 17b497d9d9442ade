#include "spectral/svd.h"

#include <torch/torch.h>

#include <limits>

#include "spectral/gram.h"
#include "spectral/response.h"

namespace rdm {

SvdFilter svd_filter(const torch::Tensor& x, const FilterSpec& spec) {
  const torch::NoGradGuard no_grad;
  const auto finite = torch::isfinite(x).all();
  const auto bearable = torch::where(finite, x, 0.0);  // by LAPACK, which throws at a NaN
  const auto [u, s, vt] = torch::linalg_svd(bearable, /*full_matrices=*/false);
  const auto kept = spec.keep_null_space ? torch::ones_like(s, torch::kBool)
                                         : s > s.max() * relative_noise(x.size(0), x.size(1));
  const auto g = torch::where(kept, filter_response(s, spec), 0.0);
  return {vt.t(), torch::where(finite, g, std::numeric_limits<double>::quiet_NaN())};
}

torch::Tensor apply(const SvdFilter& w, const torch::Tensor& z) {
  return torch::mm(torch::mm(z, w.v) * w.g, w.v.t());  // Z V g(S) Vᵀ
}

}  // namespace rdm
