#include "tools/inspect.h"

#include "checkpoint/archive.h"
#include "checkpoint/names.h"
#include "checkpoint/storage_types.h"

namespace rdm {
namespace {

Plain plain_or_null(const pickle::Value* value) {
  return value ? pickle::to_plain(*value).value_or(Plain()) : Plain();
}

// A number, or the one element of a tensor.
Plain number_or_null(Archive& archive, const pickle::Value* value) {
  if (value && Archive::is_tensor(*value) && archive.describe(*value).numel() == 1) {
    return archive.tensor(*value).item<double>();
  }
  return plain_or_null(value);
}

struct Contents {
  Plain::List tensors;
  int64_t parameters = 0, bytes = 0;
};

Contents list_tensors(const Archive& archive, const pickle::Value& dictionary) {
  Contents out;
  const auto* dict = dictionary.get_if<pickle::Dict>();
  if (!dict) return out;
  for (const auto& [key, value] : dict->items) {
    const auto* name = key->get_if<std::string>();
    if (!name || !Archive::is_tensor(*value)) continue;
    const auto info = archive.describe(*value);
    out.parameters += info.numel();
    out.bytes += info.numel() * static_cast<int64_t>(c10::elementSize(info.dtype));
    out.tensors.push_back(Plain::Dict{{"name", *name},
                                      {"shape", Plain::List(info.shape.begin(), info.shape.end())},
                                      {"dtype", std::string(dtype_name(info.dtype))}});
  }
  return out;
}

}  // namespace

Plain inspect_checkpoint(const std::string& path) {
  Archive archive(path);
  const auto& root = archive.root();
  const auto keys = find_backbone(archive);
  const auto arch = arch_of(backbone_shapes(archive, keys));
  const auto* state = root.find("state_dict");
  const auto contents = list_tensors(archive, state ? *state : root);
  return Plain::Dict{
      {"kind", keys.kind},
      {"arch", arch.empty() ? plain_or_null(root.find("arch")) : Plain(arch)},
      {"epoch", plain_or_null(root.find("epoch"))},
      {"bestAcc1", number_or_null(archive, root.find("best_acc1"))},
      {"optimizer", root.find("optimizer") != nullptr},
      {"keys", static_cast<int64_t>(contents.tensors.size())},
      {"parameters", contents.parameters},
      {"bytes", contents.bytes},
      {"tensors", contents.tensors},
      {"rdm", plain_or_null(root.find("rdm"))},
      {"safe", true},
  };
}

}  // namespace rdm
