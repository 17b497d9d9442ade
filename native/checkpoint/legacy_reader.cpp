#include "checkpoint/legacy_reader.h"

#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace rdm {
namespace {

// The pickles come first and are small beside the tensors; this much is searched for them.
constexpr size_t kMaxHeadBytes = 64 << 20;
// 0x1950a86a20f9469cfc6c, little endian.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);

pickle::Document parse_plain(std::string_view input) {
  return pickle::parse(input, [](std::string_view) { return false; });
}

class LegacyReader : public RecordReader {
 public:
  LegacyReader(std::ifstream file, std::string head, size_t at, size_t size)
      : file_(std::move(file)), head_(std::move(head)), at_(at), size_(size) {
    const auto protocol = next();
    const auto* version = protocol.root->get_if<int64_t>();
    if (!version || *version != 1001) throw pickle::Malformed("its protocol is not 1001");
    const auto machine = next();
    const auto* little = machine.root->find("little_endian");
    if (little && little->get_if<bool>() && !*little->get_if<bool>()) {
      throw pickle::Malformed("its numbers are big-endian");
    }
  }

  std::string pickle() override { return head_.substr(at_); }

  void locate(const std::map<std::string, StorageInfo>& storages, size_t pickle_bytes) override {
    at_ += pickle_bytes;
    const auto keys = next();
    const auto* list = keys.root->sequence();
    if (!list) throw pickle::Malformed("it has no list of storages");
    size_t at = at_;
    for (const auto* entry : *list) {
      const auto* key = entry->get_if<std::string>();
      const auto found = key ? storages.find(*key) : storages.end();
      if (found == storages.end()) throw pickle::Malformed("it lists a storage that no tensor has");
      if (offsets_.contains(*key)) throw pickle::Malformed("it lists storage " + *key + " twice");
      const size_t bytes = found->second.numel * c10::elementSize(found->second.dtype);
      int64_t numel = 0;
      read_at(at, &numel, sizeof numel);
      if (numel != found->second.numel) {
        throw pickle::Malformed(
            message("storage ", *key, " has ", numel, " elements, not ", found->second.numel));
      }
      at += sizeof numel;
      if (bytes > size_ - at) throw pickle::Malformed("it is cut short");
      offsets_[*key] = at;
      at += bytes;
    }
    for (const auto& [key, storage] : storages) {
      if (!offsets_.contains(key)) throw pickle::Malformed("it has no storage " + key);
    }
    if (at < size_) {
      throw pickle::Malformed(message("its last ", size_ - at, " bytes belong to no storage"));
    }
    head_ = {};
  }

  void read(const std::string& storage, void* to, size_t bytes) override {
    read_at(offsets_.at(storage), to, bytes);
  }

 private:
  pickle::Document next() {
    auto document = parse_plain(std::string_view(head_).substr(at_));
    at_ += document.bytes;
    return document;
  }

  void read_at(size_t at, void* to, size_t bytes) {
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(at));
    if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) {
      throw pickle::Malformed("it is cut short");
    }
  }

  std::ifstream file_;
  std::string head_;
  size_t at_;
  size_t size_;
  std::map<std::string, size_t> offsets_;
};

}  // namespace

std::unique_ptr<RecordReader> open_legacy(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const size_t size = std::filesystem::file_size(path);
  std::string head(std::min(size, kMaxHeadBytes), '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  // Whatever its protocol, the first pickle holds the magic number within its first bytes.
  if (std::string_view(head).substr(0, 32).find(kMagic) == std::string_view::npos) return nullptr;
  const size_t at = parse_plain(head).bytes;
  return std::make_unique<LegacyReader>(std::move(file), std::move(head), at, size);
}

}  // namespace rdm
