// A matrix that is written row by row, over as many processes as it takes: PATH is the file of
// NumPy as far as it has come, and PATH.json says what its rows are of.
//   header of 128 bytes | row 0 | row 1 | … whole batches | part of a batch that a kill left
#pragma once
#include <torch/types.h>

#include <string>

#include "base/plain.h"

namespace rdm {

struct PartialMatrix {
  int64_t rows = 0, dim = 0;  // when it is whole
  bool half = false;          // float16; else float32
  int64_t batch = 1;          // rows that come at once
};

class PartialFile {
 public:
  // Goes on with what is at `path`, cut to whole batches, or begins. `about` says what the rows are
  // of; its key `pretrained` may differ. Errors (bad_output): what is there is of something else,
  // and `overwrite` is not set; another process writes it; it cannot be written.
  PartialFile(std::string path, const Plain::Dict& about, const PartialMatrix& matrix,
              bool overwrite);
  ~PartialFile();
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  int64_t rows() const { return rows_; }       // that are there
  void append(const torch::Tensor& features);  // (n, D), of any type and device
  void sync();                                 // returns when they are on the disk

 private:
  bool same(const std::string& about, bool overwrite) const;
  void write(const void* data, size_t size);
  [[noreturn]] void fail(int reason) const;

  std::string path_;
  PartialMatrix matrix_;
  int64_t rows_ = 0;
  int descriptor_ = -1;
};

}  // namespace rdm
