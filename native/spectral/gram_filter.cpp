#include "spectral/gram_filter.h"

#include <torch/torch.h>

namespace rdm {
namespace {

// Z W = Z Xᵀ inner X. The inner matrix holds powers down to s⁻³, so it is multiplied in its own
// precision.
torch::Tensor through_inner(const torch::Tensor& z, const torch::Tensor& x,
                            const torch::Tensor& inner) {
  const auto products = torch::mm(z, x.t()).to(inner.scalar_type());
  return torch::mm(torch::mm(products, inner).to(x.scalar_type()), x);
}

// Z W for rows Z of X as the same rows of the response times X, one small product. Autograd's
// gradient of that product would be one for X, or none, so the gradient of Z W is written out: W is
// symmetric and constant, hence
//
//   forward    Z  ──►  rows X = Z W
//   backward   dZ = dY Wᵀ = dY W  ◄──  dY, whose rows are not X's: through the inner matrix
struct OwnRows : torch::autograd::Function<OwnRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& z,
                               const torch::Tensor& x, const torch::Tensor& rows,
                               const torch::Tensor& inner) {
    context->save_for_backward({x, inner});
    return torch::mm(rows, x);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    return {through_inner(gradients[0], saved[0], saved[1]), {}, {}, {}};
  }
};

}  // namespace

bool is_wide(const FilterInput& input) {
  return !input.gram && is_wide(input.x);
}

bool needs_inner(const FilterInput& input) {
  return is_wide(input) && (!input.first_row || input.gradient);
}

torch::Tensor apply(const GramFilter& w, const FilterInput& input, const torch::Tensor& z) {
  const auto& x = input.x;
  if (!is_wide(input)) return torch::mm(z, w.response);
  if (!input.first_row) return through_inner(z, x, w.inner);
  const auto rows = w.response.slice(/*dim=*/0, *input.first_row, *input.first_row + z.size(0));
  return input.gradient ? OwnRows::apply(z, x, rows, w.inner) : torch::mm(rows, x);
}

}  // namespace rdm
