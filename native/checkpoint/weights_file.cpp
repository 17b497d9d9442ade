#include "checkpoint/weights_file.h"

#include <array>
#include <filesystem>

#include "base/error.h"
#include "base/printable.h"

namespace rdm {
namespace {

constexpr std::array kKeys{"state_dict_ema", "model_ema", "teacher", "state_dict",
                           "model",          "net",       "student"};

}  // namespace

FoundWeights find_weights(const Archive& archive) {
  FoundWeights found;
  for (const std::string key : kKeys) {
    const auto* value = archive.root().find(key);
    auto tensors = value ? archive.list(*value) : std::vector<NamedTensor>();
    if (tensors.empty()) continue;
    if (found.key.empty()) {
      found.key = key;
      found.tensors = std::move(tensors);
    } else {
      found.passed_over.push_back(key);
    }
  }
  if (found.key.empty()) found.tensors = archive.list(archive.root());
  return found;
}

WeightsFile::WeightsFile(const std::string& path)
    : path_(path), header_(read_safetensors_header(path)) {
  if (header_) {
    for (const auto& entry : header_->tensors) add(entry.name, entry.shape);
    if (std::filesystem::file_size(path) > kMaxTensorBytes) {  // holes may claim terabytes
      fail(message("its tensors take over ", kMaxTensorBytes, " bytes"), "");
    }
  } else {
    archive_.emplace(path);
    found_ = find_weights(*archive_);
    for (const auto& tensor : found_.tensors) add(tensor.name, tensor.info.shape);
  }
}

void WeightsFile::add(const std::string& name, const std::vector<int64_t>& shape) {
  names_.push_back(name);
  shapes_.emplace(name, shape);
}

torch::Tensor WeightsFile::tensor(size_t index) {
  return header_ ? read_safetensor(path_, header_->tensors[index])
                 : archive_->tensor(*found_.tensors[index].value);
}

void WeightsFile::fail(const std::string& reason, const std::string& hint) const {
  throw Error(Code::bad_checkpoint, "cannot load " + path_ + ": " + shortened(reason), hint);
}

}  // namespace rdm
