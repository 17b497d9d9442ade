// A matrix in a file, read by rows: its elements lie one after the other behind a header.
#pragma once
#include <torch/types.h>

#include <string>

#include "base/dictionary_reader.h"

namespace rdm {

// Where it lies, as the reader of the header found it.
struct MatrixPlace {
  std::string path;
  int64_t begin = 0;  // of the elements, in bytes of the file
  int64_t rows = 0, dim = 0;
  bool half = false;  // float16; else float32

  int64_t row_bytes() const { return dim * (half ? 2 : 4); }

  void read(DictionaryReader& reader) {
    reader.read("path", path);
    reader.read("begin", begin);
    reader.positive("rows", rows);
    reader.positive("dim", dim);
    reader.read("dtype", half, {{"float32", false}, {"float16", true}});
  }
};

// Reads with pread, so that several threads may share it and a file that is cut short meanwhile is
// an error: a memory map of it would end the process.
class MatrixFile {
 public:
  explicit MatrixFile(MatrixPlace place);  // bad_data where it cannot be opened
  ~MatrixFile();
  MatrixFile(const MatrixFile&) = delete;
  MatrixFile& operator=(const MatrixFile&) = delete;

  int64_t rows() const { return place_.rows; }
  int64_t dim() const { return place_.dim; }
  // Rows from `first` on: (count, D) float32. bad_data where they are not there.
  torch::Tensor read(int64_t first, int64_t count) const;
  // The same, of length 1 each. Of a row of zeros, or with NaN, all are NaN.
  torch::Tensor read_directions(int64_t first, int64_t count) const;

 private:
  [[noreturn]] void fail(const std::string& reason) const;

  MatrixPlace place_;
  int descriptor_ = -1;
};

}  // namespace rdm
