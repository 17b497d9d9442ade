#include "train/optimizer_state.h"

#include <torch/torch.h>

#include "base/error.h"

namespace rdm {

OptimizerState optimizer_state(Optimizer& optimizer) {
  OptimizerState state;
  int64_t index = 0;
  for (const auto& group : optimizer.groups()) {
    auto& out = state.groups.emplace_back();
    out.lr = group.lr;
    out.momentum = group.momentum;
    out.weight_decay = group.weight_decay;
    out.fix_lr = group.fix_lr;
    if (group.adamw) {
      const auto& [beta1, beta2, epsilon] = *group.adamw;
      out.other = {{"betas", Plain::List{beta1, beta2}}, {"eps", epsilon}, {"amsgrad", false}};
    }
    for (size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      out.params.push_back(index);
      if (i < group.momentum_buffers.size() && group.momentum_buffers[i].defined()) {
        state.momentum_buffers[index] = group.momentum_buffers[i];
      }
      if (i < group.steps.size() && group.steps[i].defined()) {
        state.second_moments[index] = group.second_moments[i];
        state.steps[index] = group.steps[i];
      }
    }
  }
  return state;
}

void load_optimizer_state(Optimizer& optimizer, const OptimizerState& state,
                          const std::string& source) {
  const auto fits = [&](bool condition) {
    RDM_CHECK(condition, Code::bad_checkpoint, source,
              ": the optimizer state is of another model or another grouping of parameters");
  };
  fits(state.groups.size() == optimizer.groups().size());
  int64_t index = 0;
  for (size_t g = 0; g < state.groups.size(); ++g) {
    auto& group = optimizer.groups()[g];
    fits(state.groups[g].params.size() == group.parameters.size());
    group.lr = state.groups[g].lr;
    for (auto* kept : {&group.momentum_buffers, &group.second_moments, &group.steps}) {
      kept->assign(group.parameters.size(), {});
    }
    for (size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      const auto& parameter = group.parameters[i];
      const auto take = [&](const auto& held, std::vector<torch::Tensor>& into) {
        const auto found = held.find(index);
        if (found == held.end()) return;
        fits(found->second.sizes() == parameter.sizes());
        into[i] = torch::empty_like(parameter).copy_(found->second);
      };
      take(state.momentum_buffers, group.momentum_buffers);
      if (!group.adamw) continue;
      take(state.second_moments, group.second_moments);
      const auto steps = state.steps.find(index);
      fits((steps != state.steps.end()) == group.second_moments[i].defined());
      if (steps == state.steps.end()) continue;
      fits(steps->second.numel() == 1);
      group.steps[i] = steps->second.reshape({}).to(parameter.device(), torch::kFloat32).clone();
    }
  }
}

}  // namespace rdm
