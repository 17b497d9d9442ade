#include "tools/inspect.h"

#include <cstdlib>
#include <unordered_set>

#include "base/error.h"
#include "checkpoint/archive.h"
#include "checkpoint/names.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/weights_file.h"
#include "formats/storage_types.h"

namespace rdm {
namespace {

using Tensors = std::vector<SafetensorsHeader::Entry>;

int64_t elements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

// The sizes of the features from layer to layer: what the first linear layer takes in, then what
// each gives out.
Plain projector_widths(const Shapes& projector) {
  std::map<int64_t, std::vector<int64_t>> linear;  // shapes of weights, by index in the head
  for (const auto& [name, shape] : projector) {
    if (name.ends_with(".weight") && shape.size() == 2) linear[std::atoll(name.c_str())] = shape;
  }
  if (linear.empty()) return {};
  Plain::List widths{linear.begin()->second[1]};
  for (const auto& [place, shape] : linear) widths.push_back(shape[0]);
  return widths;
}

// What load_backbone() takes of the file. key, passed_over: as in FoundWeights.
Plain describe_weights(const Shapes& shapes, const Layout& layout, const FoundWeights& found) {
  Plain::List left, passed_over(found.passed_over.begin(), found.passed_over.end());
  for (auto& name : left_out(shapes, layout, Branch::online)) left.push_back(std::move(name));
  return Plain::Dict{{"key", found.key.empty() ? Plain() : Plain(found.key)},
                     {"passedOver", std::move(passed_over)},
                     {"prefix", *layout.backbone[0]},
                     {"taken", static_cast<int64_t>(shapes.size() - left.size())},
                     {"left", std::move(left)}};
}

// What the names and shapes of tensors tell, whatever file they are in.
Plain::Dict describe_tensors(const Tensors& tensors, const FoundWeights& found,
                             const Plain& recorded_arch) {
  Shapes shapes;
  Plain::List listed, branches;
  int64_t parameters = 0, bytes = 0;
  for (const auto& [name, dtype, shape, begin] : tensors) {
    shapes[name] = shape;
    parameters += elements(shape);
    bytes += elements(shape) * static_cast<int64_t>(c10::elementSize(dtype));
    listed.push_back(Plain::Dict{{"name", name},
                                 {"shape", Plain::List(shape.begin(), shape.end())},
                                 {"dtype", std::string(dtype_name(dtype))}});
  }
  const auto layout = find_layout(shapes);
  const auto backbone = layout ? below(layout->backbone[0], shapes) : Shapes();
  if (layout) {
    for (const auto branch : branches_of(shapes, *layout)) branches.push_back(name_of(branch));
  }
  const auto arch = arch_of(backbone), stem = stem_of(backbone);
  const int64_t patch = patch_of(backbone);
  return {{"kind", layout ? layout->kind : "other"},
          {"arch", arch.empty() ? recorded_arch : Plain(arch)},
          {"stem", stem.empty() ? Plain() : Plain(stem)},
          {"patchSize", patch > 0 ? Plain(patch) : Plain()},
          {"branches", std::move(branches)},
          {"weights", layout ? describe_weights(shapes, *layout, found) : Plain()},
          {"projector", layout ? projector_widths(below(layout->projector[0], shapes)) : Plain()},
          {"keys", static_cast<int64_t>(tensors.size())},
          {"parameters", parameters},
          {"bytes", bytes},
          {"tensors", std::move(listed)}};
}

// What the file says under a key, where it is of the kind that belongs there; null otherwise.
template <typename Kind>
Plain entry(Archive& archive, const pickle::Value& root, std::string_view key) {
  const auto* value = root.find(key);
  auto plain = value ? archive.plain(*value) : std::nullopt;
  return plain && plain->get_if<Kind>() ? std::move(*plain) : Plain();
}

Plain number_entry(Archive& archive, const pickle::Value& root, std::string_view key) {
  const auto* value = root.find(key);
  const auto number = value ? archive.number(*value) : std::nullopt;
  return number ? Plain(*number) : Plain();
}

struct Amount {
  int64_t tensors = 0, bytes = 0;
};

// What all parameters' entries amount to. An entry that several parameters share counts once.
Amount measure_state(const Archive& archive, const pickle::Dict& state) {
  if (state.items.size() > kMaxTensors) {
    archive.fail(message("its optimizer has over ", kMaxTensors, " parameters"));
  }
  Amount total;
  std::unordered_set<pickle::Ref> counted;
  for (const auto& [parameter, entries] : state.items) {
    if (!counted.insert(entries).second) continue;
    for (const auto& [name, info, value] : archive.list(*entries)) {
      ++total.tensors;
      total.bytes += info.bytes();
    }
    if (total.bytes > kMaxTensorBytes) {
      archive.fail(message("its optimizer's tensors take over ", kMaxTensorBytes, " bytes"));
    }
  }
  return total;
}

// Describes torch.optim's state_dict. Lightning writes a list of them, of which the first is taken.
Plain describe_optimizer(Archive& archive, const pickle::Value& root) {
  const auto* optimizer = root.find("optimizer");
  const auto* several = root.find("optimizer_states");
  if (!optimizer && several && several->sequence() && !several->sequence()->empty()) {
    optimizer = several->sequence()->front();
  }
  const auto* groups = optimizer ? optimizer->find("param_groups") : nullptr;
  const auto* state = optimizer ? optimizer->find("state") : nullptr;
  if (!groups || !groups->sequence() || !state || !state->get_if<pickle::Dict>()) return {};
  const auto amount = measure_state(archive, *state->get_if<pickle::Dict>());
  const auto& all = *groups->sequence();
  return Plain::Dict{{"groups", static_cast<int64_t>(all.size())},
                     {"lr", all.empty() ? Plain() : number_entry(archive, *all.front(), "lr")},
                     {"tensors", amount.tensors},
                     {"bytes", amount.bytes}};
}

Plain inspect_torch(const std::string& path) {
  Archive archive(path, [](std::string_view) { return true; });
  const auto& root = archive.root();
  const auto found = find_weights(archive);
  Tensors tensors;
  for (const auto& [name, info, value] : found.tensors) {
    tensors.push_back({.name = name, .dtype = info.dtype, .shape = info.shape});
  }
  Plain::List globals, refused;
  for (const auto& name : archive.globals()) {
    globals.push_back(name);
    if (!is_allowed_global(name)) refused.push_back(name);
  }
  auto out = describe_tensors(tensors, found, entry<std::string>(archive, root, "arch"));
  const Plain::Dict rest{{"format", "torch"},
                         {"epoch", entry<int64_t>(archive, root, "epoch")},
                         {"bestAcc1", number_entry(archive, root, "best_acc1")},
                         {"optimizer", describe_optimizer(archive, root)},
                         {"rdm", entry<Plain::Dict>(archive, root, "rdm")},
                         {"configuration", entry<Plain::Dict>(archive, root, "hyper_parameters")},
                         {"globals", globals},
                         {"refused", refused},
                         {"safe", refused.empty()}};
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

Plain inspect_safetensors(const SafetensorsHeader& header) {
  auto out = describe_tensors(header.tensors, /*found=*/{}, /*recorded_arch=*/{});
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
