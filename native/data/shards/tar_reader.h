// The files in a tar archive, without their bytes.
#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "data/shards/tar_header.h"

namespace rdm {

struct TarMember {
  std::string name;
  int64_t offset = 0, size = 0;  // of its bytes
};

// Reads the headers of ordinary files one after another; folders are passed over. What a long name
// or pax's headers say of path and size holds; whatever else a tar archive may hold is refused, as
// is one that does not end with its end mark. Throws bad_data with the archive and the offset.
class TarReader {
 public:
  // `path` is what messages call the archive; `file` has to outlive the reader.
  TarReader(const InputFile& file, std::string path);

  bool next(TarMember& member);  // false after the last one

  // Of all headers that were read: 64-bit FNV-1a.
  uint64_t checksum() const { return checksum_; }

  // What is wrong at an offset.
  Error error(int64_t offset, const std::string& reason, const std::string& hint = "") const;

 private:
  tar::Header header_at(int64_t offset, const tar::Block& block) const;
  void pass(int64_t offset, const tar::Header& header);
  void extend(int64_t offset, const tar::Header& header, tar::PaxRecords& told);
  void end_at(int64_t offset) const;
  void add(const char* bytes, size_t count);

  const InputFile& file_;
  std::string path_;
  int64_t size_;
  int64_t at_ = 0;
  uint64_t checksum_ = 0xCBF29CE484222325;
};

}  // namespace rdm
