#include "formats/second_format.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <string_view>

#include "pickle/import_scan.h"
#include "pickle/pickle.h"

namespace rdm {
namespace {

constexpr size_t kBlock = 512, kChecksum = 148, kChecksumBytes = 8, kMagic = 257;  // of a tar

// Fewer than `count` at the file's end.
std::string read(std::ifstream& file, std::streamoff from, std::ios::seekdir base, size_t count) {
  std::string out(count, '\0');
  file.clear();
  file.seekg(from, base);
  file.read(out.data(), static_cast<std::streamsize>(count));
  out.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return out;
}

template <typename Byte>
int64_t sum(std::string_view bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), int64_t{0},
                         [](int64_t total, char c) { return total + static_cast<Byte>(c); });
}

// The header's bytes with spaces for the checksum, signed or not, as writers have done both.
bool has_checksum(std::string_view header, int64_t checksum) {
  const auto field = header.substr(kChecksum, kChecksumBytes);
  const int64_t spaces = ' ' * static_cast<int64_t>(kChecksumBytes);
  const int64_t plain = sum<uint8_t>(header) - sum<uint8_t>(field) + spaces;
  const int64_t with_signs = sum<int8_t>(header) - sum<int8_t>(field) + spaces;
  return checksum == plain || checksum == with_signs || -checksum == with_signs;
}

// Python's tarfile asks for the checksum alone, so that "ustar" need not be there. It takes octal
// digits, among which it passes over spaces, signs and underscores, or a big-endian number behind a
// byte of 0x80 or 0xFF.
bool is_tar_header(std::string_view block) {
  if (block.size() < kBlock) return false;
  if (block.substr(kMagic, 5) == "ustar") return true;
  const auto field = block.substr(kChecksum, kChecksumBytes);
  int64_t octal = 0, binary = 0;
  for (const char c : field.substr(0, field.find('\0'))) {
    if (c >= '0' && c <= '7') octal = octal * 8 + (c - '0');
  }
  for (const char c : field.substr(1)) binary = binary << 8 | static_cast<uint8_t>(c);
  if (field[0] == '\xff') binary -= int64_t{1} << 56;
  const bool in_binary = field[0] == '\x80' || field[0] == '\xff';
  return has_checksum(block, in_binary ? binary : octal);
}

}  // namespace

void refuse_tar(std::ifstream& file) {
  if (is_tar_header(read(file, 0, std::ios::beg, kBlock))) {
    throw pickle::Malformed("it is a tar as well, and PyTorch would read that");
  }
}

void refuse_zip(std::ifstream& file) {
  constexpr std::streamoff kEnd = 22, kSearched = kEnd + 0xFFFF;
  file.clear();
  file.seekg(0, std::ios::end);
  const auto searched = std::min<std::streamoff>(file.tellg(), kSearched);
  const auto tail = read(file, -searched, std::ios::end, static_cast<size_t>(searched));
  const size_t end = tail.find("PK\5\6");
  const bool ends = end != std::string::npos && tail.size() - end >= kEnd;
  if (ends || read(file, 0, std::ios::beg, 4) == "PK\3\4") {
    throw pickle::Malformed("it is a zip as well, and PyTorch could read that");
  }
}

void refuse_pickle(std::ifstream& file) {
  file.clear();
  file.seekg(0);
  if (pickle::may_import(file)) {
    throw pickle::Malformed("it is a pickle as well, which could run code");
  }
}

}  // namespace rdm
