#include "checkpoint/zip_reader.h"

#include <caffe2/serialize/inline_container.h>

#include <filesystem>

#include "base/error.h"

namespace rdm {
namespace {

constexpr size_t kMaxPickleBytes = 64 << 20;
// Deflated checkpoints shrink by a few percent; more than this is a bomb.
constexpr size_t kMaxInflation = 16;

class ZipReader : public RecordReader {
 public:
  explicit ZipReader(const std::string& path) {
    try {
      guarded([&] { zip_ = std::make_unique<caffe2::serialize::PyTorchStreamReader>(path); });
    } catch (const pickle::Malformed& reason) {
      throw pickle::Malformed(
          message("the zip is cut short, damaged or not one of torch.save (", reason.what(), ")"));
    }
    budget_ = kMaxInflation * std::filesystem::file_size(path);
  }

  std::string pickle() override {
    guarded([&] {
      if (!zip_->hasRecord("data.pkl")) throw pickle::Malformed("it has no data.pkl");
      if (zip_->hasRecord("byteorder") && record("byteorder", 16) != "little") {
        throw pickle::Malformed("its numbers are big-endian");
      }
    });
    return record("data.pkl", kMaxPickleBytes);
  }

  void locate(const std::map<std::string, StorageInfo>& storages, size_t) override {
    guarded([&] {
      for (const auto& [key, storage] : storages) {
        const size_t wanted = storage.numel * c10::elementSize(storage.dtype);
        if (!zip_->hasRecord("data/" + key)) throw pickle::Malformed("it has no data/" + key);
        const size_t size = zip_->getRecordSize("data/" + key);
        if (size != wanted) {
          throw pickle::Malformed(message("data/", key, " has ", size, " bytes, not ", wanted));
        }
        spend(size);
      }
    });
  }

  void read(const std::string& storage, void* to, size_t bytes) override {
    guarded([&] { zip_->getRecord("data/" + storage, to, bytes); });
  }

 private:
  std::string record(const std::string& name, size_t limit) {
    std::string out;
    guarded([&] {
      const size_t size = zip_->getRecordSize(name);
      if (size > limit) throw pickle::Malformed(message(name, " has ", size, " bytes"));
      spend(size);
      out.resize(size);
      zip_->getRecord(name, out.data(), size);
    });
    return out;
  }

  void spend(size_t bytes) {
    if (bytes > budget_) {
      throw pickle::Malformed(message("it unpacks to over ", kMaxInflation, " times its size"));
    }
    budget_ -= bytes;
  }

  // LibTorch's reasons, without its stack traces.
  template <typename Action>
  static void guarded(const Action& action) {
    try {
      action();
    } catch (const pickle::Malformed&) {
      throw;
    } catch (const c10::Error& error) {
      std::string reason = error.msg();
      reason = reason.substr(0, std::min(reason.find('\n'), reason.find(". ")));
      const std::string prefix = "PytorchStreamReader failed ";
      if (reason.starts_with(prefix)) reason = "failed " + reason.substr(prefix.size());
      throw pickle::Malformed(reason);
    } catch (const std::exception& error) {  // a version that is no number
      throw pickle::Malformed(error.what());
    }
  }

  std::unique_ptr<caffe2::serialize::PyTorchStreamReader> zip_;
  size_t budget_ = 0;
};

}  // namespace

std::unique_ptr<RecordReader> open_zip(const std::string& path) {
  return std::make_unique<ZipReader>(path);
}

}  // namespace rdm
