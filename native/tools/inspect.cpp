#include "tools/inspect.h"

#include <cstdlib>

#include "checkpoint/archive.h"
#include "checkpoint/names.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/storage_types.h"

namespace rdm {
namespace {

using Tensors = std::vector<SafetensorsHeader::Entry>;

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// Sizes are those of one layer after the other: in of the first, then out of each.
Plain projector_widths(const Shapes& projector) {
  std::map<int64_t, std::vector<int64_t>> linear;  // by place
  for (const auto& [name, shape] : projector) {
    if (name.ends_with(".weight") && shape.size() == 2) linear[std::atoll(name.c_str())] = shape;
  }
  if (linear.empty()) return {};
  Plain::List widths{linear.begin()->second[1]};
  for (const auto& [place, shape] : linear) widths.push_back(shape[0]);
  return widths;
}

// What the tensors tell by themselves, whatever file they are in.
Plain::Dict describe_tensors(const Tensors& tensors, const Plain& recorded_arch) {
  Shapes shapes;
  Plain::List listed, branches;
  int64_t parameters = 0, bytes = 0;
  for (const auto& [name, dtype, shape] : tensors) {
    shapes[name] = shape;
    parameters += elements(shape);
    bytes += elements(shape) * static_cast<int64_t>(c10::elementSize(dtype));
    listed.push_back(Plain::Dict{{"name", name},
                                 {"shape", Plain::List(shape.begin(), shape.end())},
                                 {"dtype", std::string(dtype_name(dtype))}});
  }
  const auto* layout = find_layout(shapes);
  const auto backbone = layout ? below(layout->backbone[0], shapes) : Shapes();
  if (layout) {
    for (const auto branch : branches_of(shapes, *layout)) branches.push_back(name_of(branch));
  }
  const auto arch = arch_of(backbone), stem = stem_of(backbone);
  return {{"kind", layout ? layout->kind : "other"},
          {"arch", arch.empty() ? recorded_arch : Plain(arch)},
          {"stem", stem.empty() ? Plain() : Plain(stem)},
          {"branches", std::move(branches)},
          {"projector", layout ? projector_widths(below(layout->projector[0], shapes)) : Plain()},
          {"keys", static_cast<int64_t>(tensors.size())},
          {"parameters", parameters},
          {"bytes", bytes},
          {"tensors", std::move(listed)}};
}

Plain plain_or_null(Archive& archive, const pickle::Value* value) {
  return value ? archive.plain(*value).value_or(Plain()) : Plain();
}

// A number, or the one element of a tensor.
Plain number_or_null(Archive& archive, const pickle::Value* value) {
  if (value && Archive::is_tensor(*value) && archive.describe(*value).numel() == 1) {
    return archive.tensor(*value).item<double>();
  }
  return plain_or_null(archive, value);
}

Tensors list_tensors(const Archive& archive, const pickle::Value& dictionary) {
  Tensors out;
  const auto* dict = dictionary.get_if<pickle::Dict>();
  if (!dict) return out;
  for (const auto& [key, value] : dict->items) {
    const auto* name = key->get_if<std::string>();
    if (!name || !Archive::is_tensor(*value)) continue;
    auto info = archive.describe(*value);
    out.push_back({*name, info.dtype, std::move(info.shape)});
  }
  return out;
}

// torch.optim's state_dict; Lightning has a list of them, of which the first counts.
Plain describe_optimizer(Archive& archive, const pickle::Value& root) {
  const auto* optimizer = root.find("optimizer");
  const auto* several = root.find("optimizer_states");
  if (!optimizer && several && several->sequence() && !several->sequence()->empty()) {
    optimizer = several->sequence()->front();
  }
  const auto* groups = optimizer ? optimizer->find("param_groups") : nullptr;
  const auto* state = optimizer ? optimizer->find("state") : nullptr;
  if (!groups || !groups->sequence() || !state || !state->get_if<pickle::Dict>()) return {};
  int64_t tensors = 0, bytes = 0;
  for (const auto& [parameter, entries] : state->get_if<pickle::Dict>()->items) {
    for (const auto& [name, dtype, shape] : list_tensors(archive, *entries)) {
      ++tensors;
      bytes += elements(shape) * static_cast<int64_t>(c10::elementSize(dtype));
    }
  }
  const auto& all = *groups->sequence();
  const auto* lr = all.empty() ? nullptr : all.front()->find("lr");
  return Plain::Dict{{"groups", static_cast<int64_t>(all.size())},
                     {"lr", number_or_null(archive, lr)},
                     {"tensors", tensors},
                     {"bytes", bytes}};
}

Plain inspect_torch(const std::string& path) {
  Archive archive(path, [](std::string_view) { return true; });
  const auto& root = archive.root();
  const auto* state = root.find("state_dict");
  const auto tensors = list_tensors(archive, state ? *state : root);
  Plain::List globals, refused;
  for (const auto& name : archive.globals()) {
    globals.push_back(name);
    if (!is_allowed_global(name)) refused.push_back(name);
  }
  auto out = describe_tensors(tensors, plain_or_null(archive, root.find("arch")));
  const Plain::Dict rest{{"format", "torch"},
                         {"epoch", plain_or_null(archive, root.find("epoch"))},
                         {"bestAcc1", number_or_null(archive, root.find("best_acc1"))},
                         {"optimizer", describe_optimizer(archive, root)},
                         {"rdm", plain_or_null(archive, root.find("rdm"))},
                         {"configuration", plain_or_null(archive, root.find("hyper_parameters"))},
                         {"globals", globals},
                         {"refused", refused},
                         {"safe", refused.empty()}};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

Plain inspect_safetensors(const SafetensorsHeader& header) {
  auto out = describe_tensors(header.tensors, /*recorded_arch=*/{});
  Plain::Dict metadata;
  for (const auto& [key, value] : header.metadata) metadata.emplace_back(key, value);
  const Plain::Dict rest{{"format", "safetensors"},
                         {"epoch", {}},
                         {"bestAcc1", {}},
                         {"optimizer", {}},
                         {"rdm", {}},
                         {"configuration", metadata.empty() ? Plain() : Plain(metadata)},
                         {"globals", Plain::List()},
                         {"refused", Plain::List()},
                         {"safe", true}};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

}  // namespace

Plain inspect_checkpoint(const std::string& path) {
  const auto safetensors = read_safetensors_header(path);
  return safetensors ? inspect_safetensors(*safetensors) : inspect_torch(path);
}

}  // namespace rdm
