#include "layers/batch_norm.h"

#include <torch/torch.h>

namespace rdm {
namespace {

using torch::Tensor;

thread_local int64_t views_apart = 1;

Tensor precise(const Tensor& x) {
  return x.to(torch::promote_types(x.scalar_type(), torch::kFloat32));
}

BatchStatistics statistics_by_torch(const Tensor& x, int64_t views) {
  std::vector<Tensor> means, variances;
  for (const auto& view : x.chunk(views)) {
    const auto [mean, variance] = at::batch_norm_update_stats(view, {}, {}, /*momentum=*/0);
    means.push_back(precise(mean));
    variances.push_back(precise(variance));
  }
  return {torch::stack(means), torch::stack(variances)};
}

// The statistics of all ranks, whose batches are of one size, in one message of all views.

// Each takes those of all: the mean of all is the mean of the means, and the variance of all is the
// mean of the variances plus the variance of the means.
BatchStatistics gathered(const BatchStatistics& own, Group& group) {
  const auto all = group.gather(torch::stack({own.mean, own.variance}));  // (R, 2, V, C)
  const auto means = all.select(/*dim=*/1, 0), variances = all.select(1, 1);
  const auto centre = means.mean(/*dim=*/0);
  return {centre, (variances + (means - centre).square()).mean(0)};
}

// The means of x and x² add up on the way: a message does not grow with the ranks. In float64, as
// the variance is a small difference where a channel's mean is large.
BatchStatistics summed(const BatchStatistics& own, Group& group) {
  const auto mean = own.mean.to(torch::kFloat64);
  const auto moments = torch::stack({mean, own.variance + mean.square()}).div_(group.size());
  group.sum(moments);  // (2, V, C)
  const auto variance = (moments[1] - moments[0].square()).clamp_min_(0);
  const auto type = own.mean.scalar_type();
  return {moments[0].to(type), variance.to(type)};
}

// From here on the 2 log₂ R steps of a sum are fewer than the R − 1 of a gather (docs/scaling.md).
constexpr int64_t kSummedFrom = 8;

BatchStatistics of_all_ranks(const BatchStatistics& own, Group& group) {
  return group.size() < kSummedFrom ? gathered(own, group) : summed(own, group);
}

// values (C), shaped so that it lines up with the channels of x.
Tensor by_channel(const Tensor& values, const Tensor& x) {
  return x.dim() == 2 ? values : values.view({-1, 1, 1});
}

Tensor joined(const std::vector<Tensor>& views) {
  return views.size() == 1 ? views.front() : torch::cat(views);
}

// y = γ x̂ + β, as FusedNorm has it with its gradients, by LibTorch's kernels: for all devices,
// types and layouts. Written as gain · dy + slope · x + offset, with coefficients (C), dx needs x̂
// nowhere:
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
    std::vector<Tensor> normal;
    const auto views = x.chunk(mean.size(0));
    for (size_t v = 0; v < views.size(); ++v) {
      const auto i = static_cast<int64_t>(v);
      normal.push_back(
          std::get<0>(at::native_batch_norm(views[v], weight, bias, mean[i], variance[i],
                                            /*training=*/false, /*momentum=*/0, eps)));
    }
    return joined(normal);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double eps = context->saved_data["eps"].toDouble();
    auto& group = *reinterpret_cast<Group*>(context->saved_data["group"].toInt());
    const auto dy = gradients[0].contiguous(x.suggest_memory_format());
    const auto xs = x.chunk(mean.size(0)), dys = dy.chunk(mean.size(0));
    std::vector<Tensor> dweights, dbiases, dxs;
    for (size_t v = 0; v < xs.size(); ++v) {
      const auto i = static_cast<int64_t>(v);
      const auto [none, dweight, dbias] =
          at::native_batch_norm_backward(dys[v], xs[v], weight, mean[i], variance[i], {}, {},
                                         /*train=*/false, eps, {false, true, true});
      dweights.push_back(precise(dweight));
      dbiases.push_back(precise(dbias));
    }
    const auto sums = torch::stack({torch::stack(dbiases), torch::stack(dweights)});  // (2, V, C)
    const auto own = sums.sum(/*dim=*/1).to(weight.scalar_type());
    group.sum(sums);
    const auto scale = (variance + eps).rsqrt(), gain = weight * scale;
    const double count = values_of_channel(x, mean.size(0), &group);
    const auto slope = gain * scale * sums[1] / -count;
    const auto offset = gain * sums[0] / -count - mean * slope;
    for (size_t v = 0; v < xs.size(); ++v) {
      const auto i = static_cast<int64_t>(v);
      const auto rest = torch::addcmul(by_channel(offset[i], x), xs[v], by_channel(slope[i], x));
      dxs.push_back(torch::addcmul(rest, dys[v], by_channel(gain[i], x)).to(x.scalar_type()));
    }
    return {joined(dxs), own[1], own[0], {}, {}, {}, {}};
  }
};

}  // namespace

ViewsApart::ViewsApart(int64_t views) : before_(std::exchange(views_apart, views)) {}

ViewsApart::~ViewsApart() {
  views_apart = before_;
}

Tensor BatchNormImpl::forward(const Tensor& x) {
  return normalise(x, {}, /*relu=*/false);
}

Tensor BatchNormImpl::rectified(const Tensor& x, const Tensor& shortcut) {
  return normalise(x, shortcut, /*relu=*/true);
}

Tensor BatchNormImpl::normalise(const Tensor& x, const Tensor& shortcut, bool relu) {
  const bool frozen = !is_training() && !torch::GradMode::is_enabled();
  if ((is_training() || frozen) && has_fused_norm(x)) {
    const auto statistics =
        frozen ? BatchStatistics{running_mean.unsqueeze(0), running_var.unsqueeze(0)}
               : follow(fused_statistics(x.detach(), views_apart), x);
    return fused_norm(x, shortcut, gain(), shift(), statistics, {options.eps(), relu, group_});
  }
  auto y = by_torch(x);
  if (shortcut.defined()) y = y.add_(shortcut);
  return relu ? torch::relu_(y) : y;
}

Tensor BatchNormImpl::by_torch(const Tensor& x) {
  if (!is_training()) return Base::forward(x);
  if (group_) {
    const auto statistics = follow(statistics_by_torch(x.detach(), views_apart), x);
    return Normalise::apply(x, gain(), shift(), statistics.mean, statistics.variance, options.eps(),
                            reinterpret_cast<int64_t>(group_));
  }
  std::vector<Tensor> normal;
  for (const auto& view : x.chunk(views_apart)) normal.push_back(Base::forward(view));
  return joined(normal);
}

// Statistics over the ranks of each view's own, which the running ones have followed.
BatchStatistics BatchNormImpl::follow(const BatchStatistics& own, const Tensor& x) {
  const torch::NoGradGuard no_grad;
  const auto all = group_ ? of_all_ranks(own, *group_) : own;
  const double count = values_of_channel(x, views_apart, group_);
  const double momentum = *options.momentum();
  const auto unbiased = all.variance * (count / (count - 1));
  for (int64_t view = 0; view < views_apart; ++view) {
    running_mean.lerp_(all.mean[view], momentum);
    running_var.lerp_(unbiased[view], momentum);
  }
  num_batches_tracked.add_(views_apart);
  return all;
}

Tensor BatchNormImpl::gain() const {
  return weight.defined() ? weight : torch::ones_like(running_mean);
}

Tensor BatchNormImpl::shift() const {
  return bias.defined() ? bias : torch::zeros_like(running_mean);
}

void freeze_batch_norms(torch::nn::Module& module) {
  for (const auto& child : module.modules(/*include_self=*/false)) {
    auto* norm = child->as<BatchNormImpl>();
    if (!norm) continue;
    norm->eval();
    for (auto& parameter : norm->parameters()) parameter.set_requires_grad(false);
  }
}

void synchronise_batch_norms(torch::nn::Module& module, Group& group) {
  for (const auto& child : module.modules(/*include_self=*/false)) {
    if (auto* norm = child->as<BatchNormImpl>()) norm->join(&group);
  }
}

}  // namespace rdm
