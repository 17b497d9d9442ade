#include "checkpoint/safetensors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "checkpoint/atomic_file.h"
#include "checkpoint/storage_types.h"

namespace rdm {
namespace {

using nlohmann::ordered_json;

constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own limit
constexpr uint64_t kPrefix = sizeof(uint64_t);

// The header's text; nothing where the file does not begin as one of safetensors.
std::optional<std::string> header_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  uint64_t length = 0;
  char first = 0;
  in.read(reinterpret_cast<char*>(&length), kPrefix).get(first);
  if (!in || first != '{' || length > kMaxHeader) return std::nullopt;
  std::string text(length, ' ');
  in.seekg(kPrefix).read(text.data(), static_cast<std::streamsize>(length));
  RDM_CHECK(in, Code::bad_checkpoint, "cannot load ", path, ": its header is cut short");
  return text;
}

struct Placed {
  SafetensorsHeader::Entry entry;
  uint64_t begin = 0;
};

// Throws what nlohmann-json does, or a std::runtime_error, with the reason.
Placed read_entry(const std::string& name, const ordered_json& json, uint64_t available) {
  const auto dtype = json.at("dtype").get<std::string>();
  const auto known = safetensors_dtype(dtype);
  if (!known) throw std::runtime_error(name + " has elements of the unknown type " + dtype);
  Placed out{{name, *known, json.at("shape").get<std::vector<int64_t>>()}};
  const auto offsets = json.at("data_offsets").get<std::array<uint64_t, 2>>();
  uint64_t bytes = c10::elementSize(*known);
  for (const int64_t size : out.entry.shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes)) {
      throw std::runtime_error(name + " has an impossible shape");
    }
  }
  out.begin = offsets[0];
  if (offsets[0] > offsets[1] || offsets[1] > available || offsets[1] - offsets[0] != bytes) {
    throw std::runtime_error("the elements of " + name + " are not all there");
  }
  return out;
}

SafetensorsHeader parse_header(const std::string& text, uint64_t available) {
  SafetensorsHeader out;
  std::vector<Placed> placed;
  const auto header = ordered_json::parse(text);
  for (const auto& [name, json] : header.items()) {
    if (name == "__metadata__") {
      for (const auto& [key, value] : json.items()) {
        out.metadata.emplace_back(key, value.get<std::string>());
      }
    } else {
      placed.push_back(read_entry(name, json, available));
    }
  }
  std::ranges::stable_sort(placed, {}, &Placed::begin);
  for (auto& tensor : placed) out.tensors.push_back(std::move(tensor.entry));
  return out;
}

}  // namespace

std::optional<SafetensorsHeader> read_safetensors_header(const std::string& path) {
  const auto text = header_text(path);
  if (!text) return std::nullopt;
  try {
    return parse_header(*text, std::filesystem::file_size(path) - kPrefix - text->size());
  } catch (const std::exception& reason) {
    throw Error(Code::bad_checkpoint, message("cannot load ", path, ": ", reason.what()),
                "It may be cut short, or something else than a safetensors file.");
  }
}

void save_safetensors(const std::string& path, const StateDict& state,
                      const std::vector<std::pair<std::string, std::string>>& metadata) {
  auto header = ordered_json::object();
  for (const auto& [key, value] : metadata) header["__metadata__"][key] = value;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : state) {
    header[name] = {{"dtype", safetensors_name(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  auto text = header.dump();
  text.resize((text.size() + kPrefix - 1) / kPrefix * kPrefix, ' ');  // elements begin aligned
  const uint64_t length = text.size();
  AtomicFile file(path);
  file.write(&length, kPrefix);
  file.write(text.data(), text.size());
  for (const auto& [name, tensor] : state) {
    const auto plain = tensor.cpu().contiguous();
    file.write(plain.const_data_ptr(), plain.nbytes());
  }
  file.commit();
}

}  // namespace rdm
