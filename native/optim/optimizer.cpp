#include "optim/optimizer.h"

#include <torch/torch.h>

#include <functional>

#include "optim/memory_order.h"

namespace rdm {
namespace {

// The parameters that have a gradient, with their gradients and momentum buffers.
Update update_of(OptimizerGroup& group) {
  Update update;
  group.momentum_buffers.resize(group.parameters.size());
  group.weight_squares.resize(group.parameters.size());
  for (size_t i = 0; i < group.parameters.size(); ++i) {
    const auto& parameter = group.parameters[i];
    if (!parameter.grad().defined()) continue;
    update.parameters.push_back(parameter);
    update.gradients.push_back(parameter.grad());
    update.squares.push_back(&group.weight_squares[i]);
    if (group.momentum == 0 && !group.adamw) continue;  // the fused kernel then wants no buffers
    auto& buffer = group.momentum_buffers[i];
    if (!buffer.defined()) buffer = torch::zeros_like(parameter);
    update.buffers.push_back(buffer);
  }
  return update;
}

void step_sgd(const OptimizerGroup& group, Update update,
              const std::optional<torch::Tensor>& found_inf) {
  if (update.buffers.empty()) {
    as_they_lie({&update.parameters, &update.gradients});
  } else {
    as_they_lie({&update.parameters, &update.gradients, &update.buffers});
  }
  at::_fused_sgd_(update.parameters, update.gradients, update.buffers, group.weight_decay,
                  group.momentum, group.lr, /*dampening=*/0, /*nesterov=*/false,
                  /*maximize=*/false, /*is_first_step=*/false, /*grad_scale=*/{}, found_inf);
}

void step_adamw(OptimizerGroup& group, Update update,
                const std::optional<torch::Tensor>& found_inf) {
  group.second_moments.resize(group.parameters.size());
  group.steps.resize(group.parameters.size());
  std::vector<torch::Tensor> second_moments, steps;
  for (size_t i = 0; i < group.parameters.size(); ++i) {
    const auto& parameter = group.parameters[i];
    if (!parameter.grad().defined()) continue;
    if (!group.steps[i].defined()) {
      group.second_moments[i] = torch::zeros_like(parameter);
      group.steps[i] = torch::zeros({}, parameter.options().dtype(torch::kFloat32));
    }
    second_moments.push_back(group.second_moments[i]);
    steps.push_back(group.steps[i]);
  }
  as_they_lie({&update.parameters, &update.gradients, &update.buffers, &second_moments});
  adamw_update(update, second_moments, steps, *group.adamw, group.lr, group.weight_decay,
               found_inf);
}

// 1 on the device where this update must be left out. Gradients that overflow under a scaler are a
// matter of its scale; they do not raise the guard.
std::optional<torch::Tensor> find_inf(const std::vector<Update>& updates, GradScaler* scaler,
                                      FiniteGuard* guard, const StepsLeftOut* left_out) {
  std::optional<torch::Tensor> found;
  const auto add = [&](const torch::Tensor& reason) {
    found = found ? torch::maximum(*found, reason) : reason;
  };
  if (guard && !scaler) {
    std::vector<torch::Tensor> gradients;
    for (const auto& update : updates) {
      gradients.insert(gradients.end(), update.gradients.begin(), update.gradients.end());
    }
    guard->see_gradients(gradients);
  }
  if (scaler) add(scaler->found_inf());
  if (guard) add(guard->raised());
  if (left_out) add(left_out->this_update());
  return found;
}

}  // namespace

std::vector<OptimizerGroup> groups_of(OptimizerGroup group, const OptimizerOptions& options) {
  group.lars_eta = options.lars_eta;
  group.clip_norm = options.clip_grad;
  if (!options.adamw) return {std::move(group)};
  group.adamw.emplace();
  auto still = group;
  still.weight_decay = still.initial_weight_decay = 0;
  still.decays = false;
  const auto stays = [](const torch::Tensor& parameter) { return parameter.dim() <= 1; };
  std::erase_if(group.parameters, stays);
  std::erase_if(still.parameters, std::not_fn(stays));
  std::vector<OptimizerGroup> groups{std::move(group)};
  if (!still.parameters.empty()) groups.push_back(std::move(still));
  return groups;
}

void Optimizer::set_rates(const Schedule& schedule, int64_t epoch, int64_t update) {
  for (auto& group : groups_) {
    const double rate =
        group.fix_lr ? group.initial_lr : schedule.lr(group.initial_lr, epoch, update);
    group.lr = group.lr_factor * rate;
    if (schedule.final_weight_decay && group.decays) {
      group.weight_decay = schedule.weight_decay(group.initial_weight_decay, epoch, update);
    }
  }
}

void Optimizer::zero_grad() {
  for (auto& group : groups_) {
    for (auto& parameter : group.parameters) parameter.mutable_grad().reset();
  }
}

void Optimizer::unscale(GradScaler& scaler) {
  for (const auto& group : groups_) {
    std::vector<torch::Tensor> gradients;
    for (const auto& parameter : group.parameters) {
      if (parameter.grad().defined()) gradients.push_back(parameter.grad());
    }
    scaler.unscale(std::move(gradients));
  }
}

void Optimizer::step(GradScaler* scaler, FiniteGuard* guard, const StepsLeftOut* left_out) {
  const torch::NoGradGuard no_grad;
  std::vector<Update> updates;
  for (auto& group : groups_) updates.push_back(update_of(group));
  const auto found_inf = find_inf(updates, scaler, guard, left_out);
  for (size_t i = 0; i < groups_.size(); ++i) {
    auto& group = groups_[i];
    const auto& update = updates[i];
    if (update.parameters.empty()) continue;
    if (group.clip_norm > 0) clip_gradients(update.gradients, group.clip_norm);
    if (group.adamw) {
      step_adamw(group, update, found_inf);
      continue;
    }
    if (group.lars_eta) {
      const LarsSettings settings{*group.lars_eta, group.lr, group.momentum, group.weight_decay};
      lars_update(update, settings, found_inf);
      continue;
    }
    step_sgd(group, update, found_inf);
  }
  if (scaler) scaler->update();
}

}  // namespace rdm
