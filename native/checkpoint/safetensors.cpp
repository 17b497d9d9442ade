#include "checkpoint/safetensors.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/printable.h"
#include "formats/atomic_file.h"
#include "formats/safetensors_parser.h"
#include "formats/second_format.h"
#include "formats/storage_types.h"

namespace rdm {
namespace {

using nlohmann::ordered_json;

constexpr uint64_t kMostOfFormat = 100'000'000, kMost = 16 << 20;  // bytes of a header
constexpr uint64_t kPrefix = sizeof(uint64_t);
constexpr const char* kHint = "Copy it again, if it is a safetensors file.";

// The header's length; nothing where the file does not begin as one of safetensors.
std::optional<uint64_t> header_length(std::ifstream& file) {
  uint64_t length = 0;
  char first = 0;
  file.read(reinterpret_cast<char*>(&length), kPrefix).get(first);
  return file && first == '{' && length <= kMostOfFormat ? std::optional(length) : std::nullopt;
}

std::string header_text(std::ifstream& file, uint64_t length, uint64_t file_size) {
  if (length > file_size - kPrefix) throw std::runtime_error("its header is cut short");
  if (length > kMost) {
    throw std::runtime_error(
        message("its header has ", length, " bytes, over the limit of ", kMost));
  }
  std::string text(length, ' ');
  file.seekg(kPrefix).read(text.data(), static_cast<std::streamsize>(length));
  if (!file) throw std::runtime_error("its header is cut short");
  return text;
}

SafetensorsHeader::Entry checked(ParsedTensor& tensor) {
  const auto known = safetensors_dtype(tensor.dtype);
  if (!known) {
    throw std::runtime_error(tensor.name + " has elements of the unknown type " + tensor.dtype);
  }
  uint64_t bytes = c10::elementSize(*known);
  for (const int64_t size : tensor.shape) {
    if (size < 0 || __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes)) {
      throw std::runtime_error(tensor.name + " has an impossible shape");
    }
  }
  if (tensor.begin > tensor.end || tensor.end - tensor.begin != bytes) {
    throw std::runtime_error("the elements of " + tensor.name + " are not all there");
  }
  return {std::move(tensor.name), *known, std::move(tensor.shape), tensor.begin};
}

// The tensors in the order of their elements, which fill the file without gap or overlap: another
// format could hide in what belongs to none.
std::vector<SafetensorsHeader::Entry> place(std::vector<ParsedTensor> tensors, uint64_t available) {
  std::ranges::stable_sort(tensors, {}, [](const auto& t) { return std::pair(t.begin, t.end); });
  std::vector<SafetensorsHeader::Entry> out;
  uint64_t next = 0;
  for (auto& tensor : tensors) {
    const uint64_t begin = tensor.begin, end = tensor.end;
    out.push_back(checked(tensor));
    const auto& name = out.back().name;
    if (end > available) throw std::runtime_error("the elements of " + name + " are not all there");
    if (begin < next) throw std::runtime_error("the elements of " + name + " overlap another's");
    if (begin > next) {
      throw std::runtime_error(
          message(begin - next, " bytes before the elements of ", name, " belong to no tensor"));
    }
    next = end;
  }
  if (next < available) {
    throw std::runtime_error(message("its last ", available - next, " bytes belong to no tensor"));
  }
  return out;
}

}  // namespace

std::optional<SafetensorsHeader> read_safetensors_header(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const auto length = header_length(file);
  if (!length) return std::nullopt;
  try {
    const uint64_t size = std::filesystem::file_size(path);
    auto parsed = parse_safetensors(header_text(file, *length, size));
    refuse_tar(file);
    refuse_zip(file);
    refuse_pickle(file);
    SafetensorsHeader header{place(std::move(parsed.tensors), size - kPrefix - *length),
                             std::move(parsed.metadata)};
    for (auto& tensor : header.tensors) tensor.begin += kPrefix + *length;
    return header;
  } catch (const std::exception& reason) {
    throw Error(Code::bad_checkpoint, message("cannot load ", path, ": ", shortened(reason.what())),
                kHint);
  }
}

torch::Tensor read_safetensor(const std::string& path, const SafetensorsHeader::Entry& entry) {
  auto tensor = torch::empty(entry.shape, entry.dtype);
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(entry.begin));
  file.read(static_cast<char*>(tensor.mutable_data_ptr()),
            static_cast<std::streamsize>(tensor.nbytes()));
  if (!file) {
    const auto reason = "the elements of " + entry.name + " cannot be read";
    throw Error(Code::bad_checkpoint, message("cannot load ", path, ": ", shortened(reason)),
                kHint);
  }
  return tensor;
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
