#include "train/optimizer_state.h"

#include <torch/torch.h>

#include "base/error.h"

namespace rdm {

OptimizerState optimizer_state(Sgd& optimizer) {
  OptimizerState state;
  int64_t index = 0;
  for (const auto& group : optimizer.groups()) {
    auto& out = state.groups.emplace_back();
    out.lr = group.lr;
    out.momentum = group.momentum;
    out.weight_decay = group.weight_decay;
    out.fix_lr = group.fix_lr;
    for (size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      out.params.push_back(index);
      if (i < group.momentum_buffers.size() && group.momentum_buffers[i].defined()) {
        state.momentum_buffers[index] = group.momentum_buffers[i];
      }
    }
  }
  return state;
}

void load_optimizer_state(Sgd& optimizer, const OptimizerState& state, const std::string& source) {
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
    group.momentum_buffers.assign(group.parameters.size(), {});
    for (size_t i = 0; i < group.parameters.size(); ++i, ++index) {
      const auto found = state.momentum_buffers.find(index);
      if (found == state.momentum_buffers.end()) continue;
      const auto& parameter = group.parameters[i];
      fits(found->second.sizes() == parameter.sizes());
      group.momentum_buffers[i] = torch::empty_like(parameter).copy_(found->second);
    }
  }
}

}  // namespace rdm
