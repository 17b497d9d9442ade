// A shard: its headers, long names, pax records and labels. The checksums of its headers are
// mended, as nothing else would get past them.
#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/file.h"
#include "data/shards/shard_index.h"
#include "scratch.h"

namespace {

std::string mended(std::string archive) {
  for (size_t at = 0; at + 512 <= archive.size();) {
    const std::string_view header(archive.data() + at, 512);
    if (header.substr(257, 5) != "ustar") break;
    unsigned sum = 8 * ' ';
    for (size_t i = 0; i < 512; ++i) {
      if (i < 148 || i >= 156) sum += static_cast<uint8_t>(header[i]);
    }
    char digits[9];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    const auto size = std::strtoull(std::string(header.substr(124, 11)).c_str(), nullptr, 8);
    archive.replace(at + 148, 8, digits, 8);
    if (size > archive.size()) break;
    at += 512 + (size + 511) / 512 * 512;
  }
  return archive;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const rdm::fuzz::Scratch scratch;
  const auto bytes = mended(std::string(rdm::fuzz::text(data, size)));
  const auto path = scratch.write("x.tar", bytes);
  try {
    const rdm::InputFile file(path);
    const auto index = rdm::index_shard(file, path);
    for (const auto& image : index.images) {
      if (image.offset < 512 || image.offset + image.bytes > static_cast<int64_t>(bytes.size())) {
        __builtin_trap();
      }
    }
    if (rdm::decode_index(rdm::encode_index(index)) != index) __builtin_trap();
  } catch (const rdm::Error& error) {
    if (error.code != rdm::Code::bad_data) __builtin_trap();
  }
  return 0;
}
