#include "formats/zip_end.h"

#include <algorithm>

#include "base/error.h"
#include "formats/zip_bytes.h"
#include "pickle/pickle.h"

namespace rdm {
namespace {

constexpr uint64_t kMaxRecords = 65'536, kMaxDirectoryBytes = 16 << 20;
constexpr uint64_t kEnd = 22, kEnd64 = 56, kLocator = 20;  // bytes
constexpr std::string_view kEndMark = "PK\5\6", kEnd64Mark = "PK\6\6", kLocatorMark = "PK\6\7";

// Says why the file does not end in one end record, without a comment, right behind its directory.
[[noreturn]] void refuse_end(std::ifstream& file, uint64_t file_size, uint64_t spare = 0) {
  const uint64_t searched = std::min<uint64_t>(file_size, kEnd + 0xFFFF);
  const std::string tail = read_bytes(file, file_size - searched, searched);
  const size_t first = tail.find(kEndMark), last = tail.rfind(kEndMark);
  if (first == std::string::npos || tail.size() - last < kEnd) {
    throw pickle::Malformed("the zip is cut short: it has no directory");
  }
  if (first != last) throw pickle::Malformed("the zip has more than one end record");
  if (spare > 0) {
    fail_zip(message(spare, " bytes between its directory and its end belong to neither"));
  }
  throw pickle::Malformed(message("the zip has ", tail.size() - last - kEnd,
                                  " bytes after its end record, which torch.save never writes"));
}

// Readers take a number from the 64-bit record or from the older one, where it may be saturated.
uint64_t agreed(uint64_t older, uint64_t saturated, uint64_t in64) {
  if (older != in64 && older != saturated) fail_zip("its two end records disagree");
  return in64;
}

}  // namespace

ZipEnd read_zip_end(std::ifstream& file, uint64_t file_size) {
  const uint64_t at = file_size - std::min(file_size, kEnd);
  const std::string end = read_bytes(file, at, file_size - at);
  if (!end.starts_with(kEndMark) || end.size() < kEnd || number_at(end, 20, 2) != 0) {
    refuse_end(file, file_size);
  }
  ZipEnd out{number_at(end, 16, 4), number_at(end, 12, 4), number_at(end, 10, 2)};
  uint64_t limit = at;  // where the directory must end
  if (at >= kLocator + kEnd64) {
    const std::string locator = read_bytes(file, at - kLocator, kLocator);
    if (locator.starts_with(kLocatorMark)) {
      limit = at - kLocator - kEnd64;
      const std::string end64 = read_bytes(file, limit, kEnd64);
      if (number_at(locator, 8, 8) != limit || !end64.starts_with(kEnd64Mark) ||
          number_at(end64, 4, 8) != kEnd64 - 12) {
        fail_zip("its 64-bit end record is not where it says");
      }
      out = {agreed(out.directory, 0xFFFFFFFF, number_at(end64, 48, 8)),
             agreed(out.directory_size, 0xFFFFFFFF, number_at(end64, 40, 8)),
             agreed(out.records, 0xFFFF, number_at(end64, 32, 8))};
    }
  }
  if (out.directory > limit || out.directory_size > limit - out.directory) {
    fail_zip("its directory lies outside the file");
  }
  if (out.records > kMaxRecords) {
    throw pickle::Malformed(
        message("the zip has ", out.records, " records, over the limit of ", kMaxRecords));
  }
  if (out.directory_size > kMaxDirectoryBytes) {
    throw pickle::Malformed(message("the zip's directory has ", out.directory_size,
                                    " bytes, over the limit of ", kMaxDirectoryBytes));
  }
  const uint64_t spare = limit - out.directory - out.directory_size;
  if (spare > 0) refuse_end(file, file_size, spare);
  return out;
}

}  // namespace rdm
