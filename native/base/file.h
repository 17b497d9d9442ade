// Ordinary files that are read: whole within a limit, or by position.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace rdm {

// By what a file's change is noticed.
struct FileStamp {
  int64_t size = 0;
  int64_t modified = 0;  // nanoseconds since 1970

  bool operator==(const FileStamp&) const = default;
};

// A file that is open for reading. What it throws is a std::runtime_error saying why not: it cannot
// be opened, or is no ordinary file (a pipe would keep its reader waiting).
class InputFile {
 public:
  explicit InputFile(const std::string& path);
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  FileStamp stamp() const;

  // Reads `count` bytes from `offset` on, fewer at the file's end only. Any number of threads may.
  size_t read(int64_t offset, char* to, size_t count) const;

 private:
  int descriptor_;
};

// Reads a file into `out`, whose memory is reused. Throws as above, and where it has over `most`
// bytes.
void read_file(const std::string& path, size_t most, std::string& out);

}  // namespace rdm
