// The reference's checkpoint as plain structs, and the file that main_simsiam.py and main_lincls.py
// write: {epoch, arch, state_dict, optimizer[, best_acc1]}, with one more key, `rdm`, for our own.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/plain.h"
#include "checkpoint/state_dict.h"

namespace rdm {

class Archive;
namespace pickle {
struct Value;
}

struct ParamGroup {
  double lr = 0, momentum = 0, weight_decay = 0;
  bool fix_lr = false;          // the reference's --fix-pred-lr: keep the initial learning rate
  std::vector<int64_t> params;  // indices over all groups: 0, 1, 2, …
  // torch.optim.SGD's other entries (dampening, nesterov, …), as the file had them.
  Plain::Dict other;
};

// torch.optim.SGD's or AdamW's state_dict().
struct OptimizerState {
  std::vector<ParamGroup> groups;
  // By parameter index; a parameter that never had a gradient (the frozen fc.6.bias) has none.
  std::map<int64_t, torch::Tensor> momentum_buffers;
  // torch.optim.AdamW's, whose first moments are above.
  std::map<int64_t, torch::Tensor> second_moments, steps;
};

// Every tensor of an optimiser's state: visit(what, index, tensor).
template <typename State, typename Visit>
void each_tensor(State& state, const Visit& visit) {
  for (auto& [index, tensor] : state.momentum_buffers) visit("momentum", index, tensor);
  for (auto& [index, tensor] : state.second_moments) visit("second moment", index, tensor);
  for (auto& [index, tensor] : state.steps) visit("number of steps", index, tensor);
}

// torch.amp.GradScaler's state_dict(), of which the other entries are constants here.
struct ScalerState {
  double scale = 0;
  int64_t growth_tracker = 0;
};

struct Checkpoint {
  int64_t epoch = 0;  // epochs done, so the epoch to go on with
  std::string arch;
  StateDict state_dict;  // as the model names them (encoder.conv1.weight); the file adds `module.`
  OptimizerState optimizer;
  std::optional<ScalerState> scaler;  // --precision fp16 only
  std::optional<double> best_acc1;    // main_lincls.py only; percent
  Plain rdm;                          // a dictionary, or null in a file of the reference
};

// Written as a whole or not at all, with its manifest (manifest.h); torch.load reads it with
// weights_only=True. Errors (bad_output): cannot be written, with the path and the reason; an
// older file at `path` is then untouched.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint);

// The tensors alone, under their names as they are: torch.load gives an OrderedDict. Errors as
// save_checkpoint's.
void save_state_dict(const std::string& path, const StateDict& state);

// Reads what save_checkpoint, main_simsiam.py or main_lincls.py wrote. Errors (bad_checkpoint): as
// Archive's; or a key of the reference's layout is missing or of another kind, by its name.
Checkpoint load_checkpoint(const std::string& path);

// The optimizer entry alone: parameters are renumbered 0, 1, 2, … in the order of the groups, as
// torch.optim's load_state_dict matches them.
OptimizerState read_optimizer(Archive& archive, const pickle::Value& value);

}  // namespace rdm
