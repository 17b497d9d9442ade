// A file that appears whole or not at all: written beside its final name, synced, renamed, and the
// folder synced, so that a crash at any moment leaves either the old file or the new one.
#pragma once
#include <cstddef>
#include <string>

namespace rdm {

class AtomicFile {
 public:
  // Errors (bad_output, naming the path and the reason): the folder does not take a new file.
  explicit AtomicFile(std::string path);
  ~AtomicFile();  // without commit(), nothing is left behind
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(const void* data, size_t size);  // bad_output on a full disk, a quota, a lost drive
  void commit();

 private:
  [[noreturn]] void fail(int reason) const;

  std::string path_;
  std::string temporary_;
  int descriptor_ = -1;
};

}  // namespace rdm
