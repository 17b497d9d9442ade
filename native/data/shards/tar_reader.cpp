#include "data/shards/tar_reader.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/printable.h"

namespace rdm {
namespace {

using tar::kBlock;
using tar::Malformed;

constexpr int64_t kMostExtended = 1 << 20;  // bytes of a pax header or a long name
constexpr size_t kMostName = 4096;
constexpr int64_t kMostPadding = 1 << 20;  // GNU tar fills up to 10 KiB, other writers to more

constexpr const char* kCutOff = "copy it again; its size is not what it was";
constexpr const char* kHowToPack =
    "rdm data pack writes shards; so does tar --format=ustar --dereference --hard-dereference";

// How files begin that are no tar archives, but are taken for ones.
struct Beginning {
  std::string_view bytes;
  const char* what;
};
constexpr std::array<Beginning, 10> kOthers{{{"\x1F\x8B", "compressed by gzip"},
                                             {"BZh", "compressed by bzip2"},
                                             {"\xFD\x37zXZ", "compressed by xz"},
                                             {"\x28\xB5\x2F\xFD", "compressed by zstd"},
                                             {"\x04\x22\x4D\x18", "compressed by lz4"},
                                             {"PK\x03\x04", "a zip"},
                                             {"7z\xBC\xAF", "a 7z archive"},
                                             {"Salted__", "encrypted by openssl"},
                                             {"age-encryption.org", "encrypted by age"},
                                             {"-----BEGIN PGP MESSAGE", "encrypted by PGP"}}};

int64_t padded(int64_t size) {
  return (size + kBlock - 1) / kBlock * kBlock;
}

bool leaves(std::string_view name) {
  return name.starts_with('/') || name == ".." || name.starts_with("../") ||
         name.ends_with("/..") || name.find("/../") != std::string_view::npos;
}

// Whether it is a file, and its name one that can be shown.
void check(const tar::Header& header) {
  const auto& name = header.name;
  if (header.type != '0') {
    throw Malformed(message(tar::name_of_type(header.type), ", not a file: ", shortened(name)));
  }
  if (name.empty() || name.size() > kMostName || printable(name) != name) {
    throw Malformed(message("a name that is not UTF-8, has control characters, or not 1 to ",
                            kMostName, " bytes: ", shortened(name)));
  }
  if (leaves(name)) throw Malformed(message("a name that leaves the archive: ", shortened(name)));
}

}  // namespace

TarReader::TarReader(const InputFile& file, std::string path)
    : file_(file), path_(std::move(path)), size_(file.stamp().size) {
  if (size_ == 0) throw error(0, "an empty file, not a tar archive");
}

Error TarReader::error(int64_t offset, const std::string& reason, const std::string& hint) const {
  return {Code::bad_data, message(printable(path_), ", at byte ", offset, ": ", reason), hint};
}

void TarReader::add(const char* bytes, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    checksum_ = (checksum_ ^ static_cast<uint8_t>(bytes[i])) * 0x100000001B3;
  }
}

tar::Header TarReader::header_at(int64_t offset, const tar::Block& block) const {
  try {
    return tar::read_header(block);
  } catch (const Malformed&) {
    const std::string_view bytes(block.data(), block.size());
    const auto other = std::ranges::find_if(
        kOthers, [&](const auto& known) { return bytes.starts_with(known.bytes); });
    if (offset > 0 || other == kOthers.end()) throw;
    throw error(offset, message(other->what, ", where images are read by their position"),
                "unpack it: a shard is a plain tar archive, whose images are compressed already");
  }
}

// Two blocks of zeros end an archive, and more may fill it up.
void TarReader::end_at(int64_t offset) const {
  tar::Block block;
  int64_t at = offset;
  for (; at < size_ && at < offset + kMostPadding; at += kBlock) {
    block.fill(0);
    file_.read(at, block.data(), block.size());
    if (!tar::is_zero(block)) break;
  }
  if (at < size_) {
    throw error(at, "more behind the end of the archive",
                "archives that were joined are read one by one: keep each as a file of its own");
  }
  if (size_ < offset + 2 * kBlock) {
    throw error(offset, "the archive is cut off in its end mark", kCutOff);
  }
}

// Moves on to what is behind a header and its bytes.
void TarReader::pass(int64_t offset, const tar::Header& header) {
  const int64_t left = size_ - offset - kBlock;
  if (header.size > left) {
    throw error(offset,
                message("the archive is cut off: ", shortened(header.name), " has ", header.size,
                        " bytes, and ", left, " follow"),
                kCutOff);
  }
  at_ = offset + kBlock + padded(header.size);
}

// Reads what such a header tells of the member behind it, beside what others told.
void TarReader::extend(int64_t offset, const tar::Header& header, tar::PaxRecords& told) {
  pass(offset, header);
  if (header.size > kMostExtended) throw Malformed("a header of over 1 MiB");
  std::string bytes(static_cast<size_t>(header.size), '\0');
  file_.read(offset + kBlock, bytes.data(), bytes.size());
  add(bytes.data(), bytes.size());
  if (header.type != 'L') {
    const auto found = tar::read_pax(bytes);
    if (!found.path && !found.size) return;
    if (header.type == 'g') throw Malformed("a pax header that names every member");
    if (told.path || told.size) throw Malformed("a member with several names or sizes");
    told = found;
  } else {
    if (told.path || told.size) throw Malformed("a member with several names or sizes");
    told.path = bytes.substr(0, bytes.find('\0'));
  }
}

bool TarReader::next(TarMember& member) {
  tar::PaxRecords told;
  tar::Block block;
  while (true) {
    const int64_t offset = at_;
    if (file_.read(offset, block.data(), block.size()) < block.size()) {
      throw error(offset, "the archive is cut off: there is no end mark", kCutOff);
    }
    try {
      if (tar::is_zero(block)) {
        if (told.path || told.size) throw Malformed("a name or a size without a member");
        end_at(offset);
        return false;
      }
      auto header = header_at(offset, block);
      add(block.data(), block.size());
      if (header.type == 'L' || header.type == 'x' || header.type == 'g') {
        extend(offset, header, told);
        continue;
      }
      if (told.path) header.name = *told.path;
      if (told.size) header.size = *told.size;
      told = {};
      pass(offset, header);
      if (header.type == '5') continue;
      if (header.name.starts_with("./")) header.name.erase(0, 2);
      check(header);
      member = {std::move(header.name), offset + kBlock, header.size};
      return true;
    } catch (const Malformed& wrong) {
      throw error(offset, wrong.what(), kHowToPack);
    }
  }
}

}  // namespace rdm
