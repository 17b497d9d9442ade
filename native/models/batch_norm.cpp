#include "models/batch_norm.h"

#include <torch/torch.h>

namespace rdm {
namespace {

using torch::Tensor;

struct Statistics {
  Tensor mean, variance;  // (C), float32 or better; the variance divides by the count (biased)
};

Tensor precise(const Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

Statistics local_statistics(const Tensor& x) {
  const auto [mean, variance] = at::batch_norm_update_stats(x, {}, {}, /*momentum=*/0);
  return {precise(mean), precise(variance)};
}

// The statistics of the batches of all ranks, which are of one size. Hence the mean of all is the
// mean of the means, and the variance of all is the mean of the variances plus the variance of the
// means.
Statistics global_statistics(const Tensor& x, Group& group) {
  const auto [mean, variance] = local_statistics(x);
  const auto all = group.gather(torch::stack({mean, variance}));  // (R, 2, C)
  const auto means = all.select(/*dim=*/1, 0), variances = all.select(1, 1);
  const auto centre = means.mean(/*dim=*/0);
  return {centre, (variances + (means - centre).square()).mean(0)};
}

// values (C), shaped so that it lines up with the channels of x.
Tensor by_channel(const Tensor& values, const Tensor& x) {
  return x.dim() == 2 ? values : values.view({-1, 1, 1});
}

// y = γ x̂ + β with x̂ = (x − μ) r and r = 1/√(σ² + ε). As μ and σ² depend on the x of all ranks, so
// does each gradient:
//
//   dβ = Σ dy and dγ = Σ dy x̂, of this rank; the reducer averages them like all gradients
//   dx = γ r (dy − mean(dy) − x̂ mean(dy x̂)), where mean is over all ranks' values of a channel
//
// The two means take one sum over the ranks. Written as gain · dy + slope · x + offset, with
// coefficients (C), dx needs x̂ nowhere:
//
//   gain = γ r,   slope = −gain r mean(dy x̂),   offset = −gain mean(dy) − μ slope
struct Normalise : torch::autograd::Function<Normalise> {
  // group: the address of a Group, as autograd keeps numbers but no pointers.
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x,
                        const Tensor& weight, const Tensor& bias, const Tensor& mean,
                        const Tensor& variance, double eps, int64_t group) {
    context->save_for_backward({x, weight, mean, variance});
    context->saved_data["eps"] = eps;
    context->saved_data["group"] = group;
    return std::get<0>(at::native_batch_norm(x, weight, bias, mean, variance, /*training=*/false,
                                             /*momentum=*/0, eps));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double eps = context->saved_data["eps"].toDouble();
    auto& group = *reinterpret_cast<Group*>(context->saved_data["group"].toInt());
    const auto dy = gradients[0].contiguous(x.suggest_memory_format());
    const auto [none, dweight, dbias] = at::native_batch_norm_backward(
        dy, x, weight, mean, variance, {}, {}, /*train=*/false, eps, {false, true, true});
    const auto sums = precise(torch::stack({dbias, dweight}));
    group.sum(sums);
    const auto scale = (variance + eps).rsqrt(), gain = weight * scale;
    const auto count = static_cast<double>(x.numel() / x.size(1) * group.size());
    const auto slope = gain * scale * sums[1] / -count;
    const auto offset = gain * sums[0] / -count - mean * slope;
    const auto dx = torch::addcmul(by_channel(offset, x), x, by_channel(slope, x))
                        .addcmul_(dy, by_channel(gain, x))
                        .to(x.scalar_type());
    return {dx, dweight, dbias, {}, {}, {}, {}};
  }
};

}  // namespace

Tensor BatchNormImpl::forward(const Tensor& x) {
  if (!group_ || !is_training()) return Base::forward(x);
  Statistics statistics;
  {
    const torch::NoGradGuard no_grad;
    statistics = global_statistics(x.detach(), *group_);
    const auto count = static_cast<double>(x.numel() / x.size(1) * group_->size());
    const double momentum = *options.momentum();
    running_mean.lerp_(statistics.mean, momentum);
    running_var.lerp_(statistics.variance * (count / (count - 1)), momentum);
    num_batches_tracked.add_(1);
  }
  const auto scale = weight.defined() ? weight : torch::ones_like(statistics.mean);
  const auto shift = bias.defined() ? bias : torch::zeros_like(statistics.mean);
  return Normalise::apply(x, scale, shift, statistics.mean, statistics.variance, options.eps(),
                          reinterpret_cast<int64_t>(group_));
}

void synchronise_batch_norms(torch::nn::Module& module, Group& group) {
  for (const auto& child : module.modules(/*include_self=*/false)) {
    if (auto* norm = child->as<BatchNormImpl>()) norm->join(&group);
  }
}

}  // namespace rdm
