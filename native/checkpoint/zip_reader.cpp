#include "checkpoint/zip_reader.h"

#include <zlib.h>

#include <filesystem>

#include "base/error.h"
#include "formats/zip_directory.h"

namespace rdm {
namespace {

constexpr size_t kMaxPickleBytes = 64 << 20;

class ZipReader : public RecordReader {
 public:
  explicit ZipReader(const std::string& path)
      : file_(path, std::ios::binary),
        records_(read_zip_directory(file_, std::filesystem::file_size(path))) {}

  std::string pickle() override {
    if (records_.contains("byteorder") && record("byteorder", 16) != "little") {
      throw pickle::Malformed("its numbers are big-endian");
    }
    return record("data.pkl", kMaxPickleBytes);
  }

  void locate(const std::map<std::string, StorageInfo>& storages, size_t) override {
    for (const auto& [key, storage] : storages) {
      const size_t wanted = storage.numel * c10::elementSize(storage.dtype);
      const auto size = find("data/" + key).size;
      if (size != wanted) {
        throw pickle::Malformed(message("data/", key, " has ", size, " bytes, not ", wanted));
      }
    }
  }

  void read(const std::string& storage, void* to, size_t bytes) override {
    read_record("data/" + storage, to, bytes);
  }

 private:
  const ZipRecord& find(const std::string& name) const {
    const auto found = records_.find(name);
    if (found == records_.end()) throw pickle::Malformed("it has no " + name);
    return found->second;
  }

  void read_record(const std::string& name, void* to, size_t bytes) {
    const ZipRecord& record = find(name);
    file_.clear();
    file_.seekg(static_cast<std::streamoff>(record.at));
    if (!file_.read(static_cast<char*>(to), static_cast<std::streamsize>(bytes))) {
      throw pickle::Malformed("it is cut short");
    }
    const bool checked = record.checksum != 0;
    if (checked && crc32_z(0, static_cast<const Bytef*>(to), bytes) != record.checksum) {
      throw pickle::Malformed(name + " is damaged: its checksum does not match");
    }
  }

  std::string record(const std::string& name, size_t limit) {
    const size_t size = find(name).size;
    if (size > limit) {
      throw pickle::Malformed(message(name, " has ", size, " bytes, over the limit of ", limit));
    }
    std::string out(size, '\0');
    read_record(name, out.data(), size);
    return out;
  }

  std::ifstream file_;
  std::map<std::string, ZipRecord> records_;
};

}  // namespace

std::unique_ptr<RecordReader> open_zip(const std::string& path) {
  return std::make_unique<ZipReader>(path);
}

}  // namespace rdm
