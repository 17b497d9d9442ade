#include "formats/zip_writer.h"

#include <caffe2/serialize/inline_container.h>

#include <optional>

#include "base/error.h"
#include "base/sha256.h"
#include "formats/atomic_file.h"

namespace rdm {
namespace {

// LibTorch's zip writer ends the process if its output fails while it is being destroyed, so a
// failure is kept here, the rest swallowed, and the error raised between records.
class ZipOutput {
 public:
  explicit ZipOutput(const std::string& path) : file_(path), zip_(sink()) {}

  void record(const std::string& name, const void* data, size_t size) {
    zip_.writeRecord(name, data, size);
    if (failure_) throw *failure_;
  }

  void commit(const std::function<void(const std::string&)>& written) {
    zip_.writeEndOfFile();
    if (failure_) throw *failure_;
    written(hash_.hex());
    file_.commit();
  }

 private:
  std::function<size_t(const void*, size_t)> sink() {
    return [this](const void* data, size_t size) {
      try {
        if (!failure_) file_.write(data, size);
        hash_.update(data, size);
      } catch (const Error& error) {
        failure_ = error;
      }
      return size;
    };
  }

  AtomicFile file_;
  Sha256 hash_;
  std::optional<Error> failure_;
  caffe2::serialize::PyTorchStreamWriter zip_;
};

}  // namespace

void write_zip(const std::string& path, const std::string& pickle,
               const std::vector<torch::Tensor>& tensors,
               const std::function<void(const std::string& sha256)>& written) {
  ZipOutput zip(path);
  zip.record("data.pkl", pickle.data(), pickle.size());
  zip.record("byteorder", "little", 6);
  for (size_t i = 0; i < tensors.size(); ++i) {
    const auto tensor = tensors[i].cpu().contiguous();
    zip.record("data/" + std::to_string(i), tensor.const_data_ptr(), tensor.nbytes());
  }
  zip.commit(written);
}

}  // namespace rdm
