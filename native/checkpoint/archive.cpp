#include "checkpoint/archive.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <unordered_set>

#include "base/error.h"
#include "base/printable.h"
#include "checkpoint/allowed_globals.h"
#include "checkpoint/legacy_reader.h"
#include "checkpoint/zip_reader.h"
#include "formats/second_format.h"
#include "formats/storage_types.h"

namespace rdm {
namespace {

constexpr const char* kForeignHint =
    "It may be cut short, or something else than a file of torch.save. Give a "
    "checkpoint_*.pth.tar.";
constexpr size_t kMaxKeyBytes = 100;  // of a storage; PyTorch numbers them
constexpr const char* kGlobalHint =
    "Nothing in the file was run. If you trust it, load it in Python and save its state_dict "
    "alone.";

std::unique_ptr<RecordReader> open_reader(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char start[4] = {};
  file.read(start, sizeof start);
  const bool is_zip = std::memcmp(start, "PK\3\4", sizeof start) == 0;
  auto reader = is_zip ? open_zip(path) : open_legacy(path);
  if (!reader) throw pickle::Malformed("it is not a file of torch.save");
  refuse_tar(file);
  if (!is_zip) refuse_zip(file);
  return reader;
}

struct NamedStorage {
  std::string key;
  StorageInfo info;
  int64_t offset = 0;  // of a legacy view into the storage
};

// ('storage', torch.FloatStorage, key, device, elements[, view]).
NamedStorage read_storage(const pickle::Persistent& persistent) {
  const auto* id = persistent.id->sequence();
  if (!id || id->size() < 5 || id->size() > 6) throw pickle::Malformed("it names a bad storage");
  const auto* tag = (*id)[0]->get_if<std::string>();
  const auto* type = (*id)[1]->get_if<pickle::Global>();
  const auto* key = (*id)[2]->get_if<std::string>();
  const auto* numel = (*id)[4]->get_if<int64_t>();
  constexpr size_t kPrefix = std::string_view("torch.").size();
  const auto dtype = type && type->name.size() > kPrefix
                         ? storage_dtype(std::string_view(type->name).substr(kPrefix))
                         : std::nullopt;
  if (!tag || *tag != "storage" || !dtype || !key || key->size() > kMaxKeyBytes || !numel ||
      *numel < 0 || *numel >> 48) {
    throw pickle::Malformed("it names a bad storage");
  }
  NamedStorage out{*key, {*dtype, *numel}};
  if (id->size() == 6) {
    const auto* view = (*id)[5]->sequence();  // (key, offset, elements), or None
    const auto* offset = view && view->size() == 3 ? (*view)[1]->get_if<int64_t>() : nullptr;
    if (view && (!offset || *offset < 0 || *offset > *numel)) {
      throw pickle::Malformed("it names a bad view of a storage");
    }
    if (offset) out.offset = *offset;
  }
  return out;
}

std::map<std::string, StorageInfo> collect_storages(const pickle::Document& document) {
  std::map<std::string, StorageInfo> storages;
  int64_t bytes = 0;
  for (const auto& value : document.values) {
    const auto* persistent = value.get_if<pickle::Persistent>();
    if (!persistent) continue;
    const auto storage = read_storage(*persistent);
    const auto [known, fresh] = storages.emplace(storage.key, storage.info);
    if (!fresh &&
        (known->second.dtype != storage.info.dtype || known->second.numel != storage.info.numel)) {
      throw pickle::Malformed("it describes storage " + storage.key + " in two ways");
    }
    if (!fresh) continue;
    bytes += storage.info.numel * static_cast<int64_t>(c10::elementSize(storage.info.dtype));
    if (bytes > kMaxTensorBytes) {  // a file with holes may claim terabytes
      throw pickle::Malformed(message("its tensors take over ", kMaxTensorBytes, " bytes"));
    }
    if (storages.size() > kMaxTensors) {
      throw pickle::Malformed(message("it has over ", kMaxTensors, " storages"));
    }
  }
  return storages;
}

// The arguments of the call that rebuilds a tensor, which may stand inside one that makes it a
// parameter.
const std::vector<pickle::Ref>* rebuild_arguments(const pickle::Value& value) {
  const auto* parameter = value.call_of("torch._utils._rebuild_parameter");
  if (!parameter) parameter = value.call_of("torch.nn.parameter.Parameter");
  if (parameter && parameter->empty()) return nullptr;
  const auto& inner = parameter ? *parameter->front() : value;
  const auto* arguments = inner.call_of("torch._utils._rebuild_tensor_v2");
  return arguments ? arguments : inner.call_of("torch._utils._rebuild_tensor");
}

std::optional<std::vector<int64_t>> read_integers(const pickle::Value& value) {
  const auto* items = value.sequence();
  if (!items) {  // torch.Size((2, 3))
    const auto* size = value.call_of("torch.Size");
    items = size && !size->empty() ? size->front()->sequence() : nullptr;
  }
  if (!items || items->size() > 64) return std::nullopt;
  std::vector<int64_t> out;
  for (const auto* item : *items) {
    const auto* number = item->get_if<int64_t>();
    if (!number || *number < 0) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}

// Whether every element lies in a storage of `available` elements, and there are no more of them
// than the storage has: with a stride of 0, a tensor of terabytes would fit into a few bytes.
bool fits(const TensorInfo& tensor, int64_t available) {
  int64_t last = tensor.offset, numel = 1;
  bool empty = false;
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    const int64_t steps = std::max<int64_t>(tensor.shape[i] - 1, 0);
    int64_t reach = 0;
    if (__builtin_mul_overflow(steps, tensor.strides[i], &reach) ||
        __builtin_add_overflow(last, reach, &last) ||
        __builtin_mul_overflow(numel, steps + 1, &numel)) {
      return false;
    }
    empty = empty || tensor.shape[i] == 0;
  }
  return empty ? tensor.offset <= available : last < available && numel <= available;
}

}  // namespace

int64_t TensorInfo::numel() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

int64_t TensorInfo::bytes() const {
  return numel() * static_cast<int64_t>(c10::elementSize(dtype));
}

Archive::Archive(const std::string& path, const pickle::ClosedList& allowed) : path_(path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  RDM_CHECK(std::filesystem::exists(status), Code::bad_checkpoint, "no such checkpoint: ", path);
  RDM_CHECK(std::filesystem::is_regular_file(status), Code::bad_checkpoint, path,
            " is not a file, so no checkpoint");
  RDM_CHECK(std::ifstream(path), Code::bad_checkpoint, "cannot read ", path, ": ",
            std::strerror(errno));
  RDM_CHECK(std::filesystem::file_size(path) > 0, Code::bad_checkpoint, path, " is empty");
  try {
    reader_ = open_reader(path);
    document_ = pickle::parse(reader_->pickle(), allowed);
    storages_ = collect_storages(document_);
    reader_->locate(storages_, document_.bytes);
  } catch (const pickle::RefusedGlobal& refused) {
    fail(refused.what(), kGlobalHint);
  } catch (const pickle::Malformed& malformed) {
    fail(malformed.what(), kForeignHint);
  }
}

std::vector<std::string> Archive::globals() const {
  constexpr size_t kMost = 1000;
  std::set<std::string> names;
  for (const auto& value : document_.values) {
    if (const auto* global = value.get_if<pickle::Global>()) names.insert(global->name);
    if (names.size() > kMost) fail(message("it names over ", kMost, " globals"));
  }
  return {names.begin(), names.end()};
}

void Archive::fail(const std::string& reason, const std::string& hint) const {
  throw Error(Code::bad_checkpoint, "cannot load " + path_ + ": " + shortened(reason), hint);
}

bool Archive::is_tensor(const pickle::Value& value) {
  return rebuild_arguments(value) != nullptr;
}

TensorInfo Archive::describe(const pickle::Value& value) const {
  const auto* arguments = rebuild_arguments(value);
  if (!arguments) fail("it has something else where a tensor should be");
  const auto* storage =
      arguments->size() >= 4 ? (*arguments)[0]->get_if<pickle::Persistent>() : nullptr;
  const auto* offset = storage ? (*arguments)[1]->get_if<int64_t>() : nullptr;
  const auto shape = offset ? read_integers(*(*arguments)[2]) : std::nullopt;
  const auto strides = shape ? read_integers(*(*arguments)[3]) : std::nullopt;
  if (!strides || strides->size() != shape->size() || *offset < 0 || *offset >> 48) {
    fail("it has a badly described tensor");
  }
  const auto named = read_storage(*storage);
  const TensorInfo info{named.key, named.info.dtype, *shape, *strides, *offset + named.offset};
  if (!fits(info, named.info.numel)) fail("it has a tensor that reaches outside its storage");
  return info;
}

torch::Tensor Archive::tensor(const pickle::Value& value) {
  const auto info = describe(value);
  auto& flat = loaded_[info.storage];
  if (!flat.defined()) {
    const auto& storage = storages_.at(info.storage);
    flat = torch::empty({storage.numel}, storage.dtype);
    try {
      reader_->read(info.storage, flat.mutable_data_ptr(), flat.nbytes());
    } catch (const pickle::Malformed& malformed) {
      fail(malformed.what(), kForeignHint);
    }
  }
  return flat.as_strided(info.shape, info.strides, info.offset);
}

std::optional<Plain> Archive::plain(const pickle::Value& value) {
  try {
    return pickle::to_plain(value, plain_budget_);
  } catch (const pickle::Malformed& malformed) {
    fail(malformed.what(), kForeignHint);
  }
}

std::optional<double> Archive::number(const pickle::Value& value) {
  constexpr int64_t kMostRead = 1024;  // elements of the storage, for the sake of one
  if (const auto* number = value.get_if<double>()) return *number;
  if (const auto* number = value.get_if<int64_t>()) return static_cast<double>(*number);
  if (!is_tensor(value)) return std::nullopt;
  const auto info = describe(value);
  if (info.numel() != 1 || storages_.at(info.storage).numel > kMostRead) return std::nullopt;
  return tensor(value).item<double>();
}

std::vector<NamedTensor> Archive::list(const pickle::Value& dictionary) const {
  std::vector<NamedTensor> out;
  const auto* dict = dictionary.get_if<pickle::Dict>();
  if (!dict) return out;
  std::unordered_set<std::string_view> names;
  int64_t bytes = 0;
  for (const auto& [key, value] : dict->items) {
    const auto* name = key->get_if<std::string>();
    if (!name || !is_tensor(*value)) continue;
    if (!names.insert(*name).second) fail("it names the tensor " + *name + " twice");
    if (names.size() > kMaxTensors) fail(message("it has over ", kMaxTensors, " tensors"));
    auto info = describe(*value);
    bytes += info.bytes();
    if (bytes > kMaxTensorBytes) {
      fail(message("its tensors take over ", kMaxTensorBytes, " bytes"));
    }
    out.push_back({*name, std::move(info), value});
  }
  return out;
}

StateDict Archive::tensors(const pickle::Value& dictionary) {
  if (!dictionary.get_if<pickle::Dict>()) {
    fail("it has something else where a state dict should be");
  }
  StateDict out;
  for (const auto& [name, info, value] : list(dictionary)) out.emplace_back(name, tensor(*value));
  return out;
}

}  // namespace rdm
