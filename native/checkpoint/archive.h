// A file of torch.save, opened for reading: a zip, or the older format without one. The pickle is
// read as data, against a closed list of globals. The elements of a tensor are read when it is
// asked for. Source: torch/serialization.py, torch/_utils.py.
#pragma once
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/allowed_globals.h"
#include "checkpoint/state_dict.h"
#include "pickle/pickle.h"

namespace rdm {

// What a pickle says about a tensor. It has been checked that no element lies outside the storage.
struct TensorInfo {
  std::string storage;  // the storage's key in the archive
  torch::ScalarType dtype = torch::kFloat;
  std::vector<int64_t> shape, strides;
  int64_t offset = 0;  // in elements

  int64_t numel() const;
  int64_t bytes() const;
};

// A storage as the pickle describes it, in a persistent id.
struct StorageInfo {
  torch::ScalarType dtype = torch::kFloat;
  int64_t numel = 0;
};

// Finds a file's bytes. Each file format has an implementation.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  virtual std::string pickle() = 0;  // the pickle, which may have other bytes after it
  // Called once, after the pickle was parsed: finds the storages and checks their sizes.
  virtual void locate(const std::map<std::string, StorageInfo>& storages, size_t pickle_bytes) = 0;
  virtual void read(const std::string& storage, void* to, size_t bytes) = 0;
};

// Far more than any network here has.
inline constexpr int64_t kMaxTensorBytes = int64_t{16} << 30;
inline constexpr size_t kMaxTensors = 65'536;

struct NamedTensor {
  std::string name;
  TensorInfo info;
  pickle::Ref value = nullptr;
};

class Archive {
 public:
  // Errors (bad_checkpoint, naming the file and the reason): not a file of torch.save, or of
  // another format as well; cut short; a global outside the closed list (by its full name); numbers
  // in the byte order of another machine. A caller that only looks may pass a list that lets in
  // more: no global is ever run.
  explicit Archive(const std::string& path, const pickle::ClosedList& allowed = is_allowed_global);

  const std::string& path() const { return path_; }
  const pickle::Value& root() const { return *document_.root; }
  std::vector<std::string> globals() const;  // that the pickle names, sorted, each once

  static bool is_tensor(const pickle::Value& value);
  TensorInfo describe(const pickle::Value& value) const;  // of a tensor; bad_checkpoint otherwise
  // On the CPU. Tensors that shared a storage when they were saved share it here.
  torch::Tensor tensor(const pickle::Value& value);

  // A number, or the one element of a tensor (main_lincls.py's best_acc1, some learning rates).
  std::optional<double> number(const pickle::Value& value);

  // As pickle::to_plain, with one budget of 16 MiB for the whole file.
  std::optional<Plain> plain(const pickle::Value& value);

  // The tensors of a dictionary in its order; other entries are passed over, and any other value
  // has none. bad_checkpoint where a name is there twice, or over a limit: a few bytes may name one
  // tensor many times.
  std::vector<NamedTensor> list(const pickle::Value& dictionary) const;
  StateDict tensors(const pickle::Value& dictionary);  // bad_checkpoint where it is not one

  [[noreturn]] void fail(const std::string& reason, const std::string& hint = "") const;

 private:
  std::string path_;
  pickle::Document document_;
  std::map<std::string, StorageInfo> storages_;
  std::unique_ptr<RecordReader> reader_;
  std::map<std::string, torch::Tensor> loaded_;  // flat, by storage key
  size_t plain_budget_ = 16 << 20;
};

}  // namespace rdm
