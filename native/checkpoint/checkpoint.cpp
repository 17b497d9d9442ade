// Reading a checkpoint of the reference's layout.
#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "checkpoint/archive.h"

namespace rdm {
namespace {

using pickle::Value;

constexpr int64_t kMostEpochs = 1'000'000'000;

const Value& require(const Archive& archive, const Value& dict, const std::string& key) {
  const auto* value = dict.find(key);
  if (!value) {
    archive.fail("it has no '" + key + "'",
                 "A run goes on from a checkpoint that rdm or main_simsiam.py wrote.");
  }
  return *value;
}

double require_number(Archive& archive, const Value& dict, const std::string& key) {
  const auto number = archive.number(require(archive, dict, key));
  if (!number || !std::isfinite(*number)) archive.fail("its '" + key + "' must be a finite number");
  return *number;
}

// A dictionary as torch.optim keeps one for each group and each parameter. It must be short, since
// a hostile file may use a long one for many of them.
const pickle::Dict& short_dict(const Archive& archive, const Value& value, const char* what) {
  constexpr size_t kMost = 100;
  const auto* dict = value.get_if<pickle::Dict>();
  if (!dict) archive.fail(message(what, " must be a dictionary"));
  if (dict->items.size() > kMost) {
    archive.fail(message(what, " has ", dict->items.size(), " entries"));
  }
  return *dict;
}

// Our index of each parameter, by the number that the file gives it: its place, or an address in
// old files.
using IndexOf = std::map<int64_t, int64_t>;

std::vector<int64_t> read_params(const Archive& archive, const Value& group, IndexOf& index_of) {
  const auto* params = require(archive, group, "params").sequence();
  if (!params) archive.fail("an optimizer group's 'params' must be a list");
  if (params->empty()) archive.fail("an optimizer group has no parameters");
  std::vector<int64_t> out;
  for (const auto* param : *params) {
    const auto* id = param->get_if<int64_t>();
    if (!id) archive.fail("an optimizer group's parameter must be a whole number");
    const auto index = static_cast<int64_t>(index_of.size());
    if (!index_of.emplace(*id, index).second) {
      archive.fail("its optimizer has a parameter in two places");
    }
    if (index_of.size() > kMaxTensors) {
      archive.fail(message("its optimizer has over ", kMaxTensors, " parameters"));
    }
    out.push_back(index);
  }
  return out;
}

ParamGroup read_group(Archive& archive, const Value& value, IndexOf& index_of) {
  ParamGroup group;
  const auto& entries = short_dict(archive, value, "an optimizer group");
  group.lr = require_number(archive, value, "lr");
  group.momentum = require_number(archive, value, "momentum");
  group.weight_decay = require_number(archive, value, "weight_decay");
  group.params = read_params(archive, value, index_of);
  for (const auto& [key, entry] : entries.items) {
    const auto* name = key->get_if<std::string>();
    if (!name || *name == "lr" || *name == "momentum" || *name == "weight_decay" ||
        *name == "params") {
      continue;
    }
    if (*name == "fix_lr") {
      const auto* flag = entry->get_if<bool>();
      group.fix_lr = flag && *flag;
    } else if (auto plain = archive.plain(*entry)) {
      group.other.emplace_back(*name, std::move(*plain));
    }
  }
  return group;
}

ScalerState read_scaler(Archive& archive, const Value& value) {
  const double scale = require_number(archive, value, "scale");
  const double tracker = require_number(archive, value, "_growth_tracker");
  if (scale <= 0 || scale > std::numeric_limits<float>::max()) {
    archive.fail("its scaler's 'scale' must be a float32 above 0");
  }
  if (tracker < 0 || tracker > std::numeric_limits<int32_t>::max()) {
    archive.fail("its scaler's '_growth_tracker' must be a count of updates");
  }
  return {scale, static_cast<int64_t>(tracker)};
}

StateDict without_module(StateDict state) {
  constexpr std::string_view kModule = "module.";
  const bool wrapped = std::ranges::all_of(
      state, [&](const auto& entry) { return entry.first.starts_with(kModule); });
  if (wrapped) {
    for (auto& [name, tensor] : state) name.erase(0, kModule.size());
  }
  return state;
}

}  // namespace

OptimizerState read_optimizer(Archive& archive, const Value& value) {
  OptimizerState out;
  const auto& groups = require(archive, value, "param_groups");
  if (!groups.sequence()) archive.fail("its optimizer's 'param_groups' must be a list");
  IndexOf index_of;
  for (const auto* group : *groups.sequence()) {
    out.groups.push_back(read_group(archive, *group, index_of));
  }
  const auto* state = require(archive, value, "state").get_if<pickle::Dict>();
  if (!state) archive.fail("its optimizer's 'state' must be a dictionary");
  for (const auto& [key, entry] : state->items) {
    const auto* id = key->get_if<int64_t>();
    const auto found = id ? index_of.find(*id) : index_of.end();
    if (found == index_of.end()) archive.fail("its optimizer keeps state of an unknown parameter");
    short_dict(archive, *entry, "an optimizer's state of a parameter");
    const auto take = [&](const char* name, std::map<int64_t, torch::Tensor>& into) {
      const auto* held = entry->find(name);
      if (held && !held->get_if<pickle::None>()) into[found->second] = archive.tensor(*held);
    };
    take("momentum_buffer", out.momentum_buffers);
    take("exp_avg", out.momentum_buffers);
    take("exp_avg_sq", out.second_moments);
    take("step", out.steps);
    index_of.erase(found);  // no parameter has two
  }
  return out;
}

Checkpoint load_checkpoint(const std::string& path) {
  Archive archive(path);
  const Value& root = archive.root();
  Checkpoint out;
  const auto* epoch = require(archive, root, "epoch").get_if<int64_t>();
  if (!epoch || *epoch < 0 || *epoch > kMostEpochs) {
    archive.fail(message("its 'epoch' must be a whole number between 0 and ", kMostEpochs));
  }
  out.epoch = *epoch;
  const auto* arch = require(archive, root, "arch").get_if<std::string>();
  if (!arch) archive.fail("its 'arch' must be a text");
  out.arch = *arch;
  out.state_dict = without_module(archive.tensors(require(archive, root, "state_dict")));
  out.optimizer = read_optimizer(archive, require(archive, root, "optimizer"));
  if (const auto* best = root.find("best_acc1")) {
    out.best_acc1 = archive.number(*best);
    if (!out.best_acc1 || !(*out.best_acc1 >= 0 && *out.best_acc1 < 101)) {  // a sum of float32
      archive.fail("its 'best_acc1' must be a percentage");
    }
  }
  if (const auto* scaler = root.find("scaler")) out.scaler = read_scaler(archive, *scaler);
  if (const auto* rdm = root.find("rdm")) {
    auto plain = archive.plain(*rdm);
    if (!plain || !(plain->is_null() || plain->get_if<Plain::Dict>())) {
      archive.fail("its 'rdm' must be a dictionary of plain values");
    }
    out.rdm = std::move(*plain);
  }
  return out;
}

}  // namespace rdm
