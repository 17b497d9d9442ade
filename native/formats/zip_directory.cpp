#include "formats/zip_directory.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/printable.h"
#include "formats/zip_bytes.h"
#include "formats/zip_end.h"
#include "pickle/pickle.h"

namespace rdm {
namespace {

constexpr uint64_t kEntry = 46, kHeader = 30;           // bytes
constexpr uint64_t kSaturated = 0xFFFFFFFF;             // a number that stands in the 64-bit fields
constexpr uint64_t kEncrypted = 1, kDescribed = 8;      // flags
constexpr uint64_t kField64 = 1, kSecondName = 0x7075;  // ids of extra fields

struct Entry {
  std::string name;
  uint64_t header = 0, size = 0, flags = 0;
  uint32_t checksum = 0;
};

// Sizes and places of four gigabytes and more stand in an extra field, in this order.
void read_64(std::string_view extra, std::initializer_list<uint64_t*> values) {
  bool seen = false;
  for (size_t at = 0; at + 4 <= extra.size(); at += 4 + number_at(extra, at + 2, 2)) {
    const uint64_t id = number_at(extra, at, 2);
    if (id == kSecondName) fail_zip("a record has two names");
    if (id != kField64) continue;
    if (std::exchange(seen, true)) fail_zip("a record has its 64-bit sizes twice");
    const auto field = extra.substr(at + 4, number_at(extra, at + 2, 2));
    size_t next = 0;
    for (uint64_t* value : values) {
      if (*value != kSaturated) continue;
      *value = number_at(field, next, 8);
      next += 8;
    }
  }
}

// The entry at `at`, which moves behind it.
Entry read_entry(std::string_view directory, size_t& at) {
  if (directory.substr(at, 4) != "PK\1\2") fail_zip("a record is missing from its directory");
  const uint64_t flags = number_at(directory, at + 8, 2), method = number_at(directory, at + 10, 2);
  uint64_t packed = number_at(directory, at + 20, 4), size = number_at(directory, at + 24, 4);
  const uint64_t name_size = number_at(directory, at + 28, 2);
  const uint64_t extra_size = number_at(directory, at + 30, 2);
  uint64_t header = number_at(directory, at + 42, 4);
  const auto checksum = static_cast<uint32_t>(number_at(directory, at + 16, 4));
  const uint64_t length = kEntry + name_size + extra_size + number_at(directory, at + 32, 2);
  if (length > directory.size() - at) fail_zip("its directory is cut short");
  std::string name(directory.substr(at + kEntry, name_size));
  read_64(directory.substr(at + kEntry + name_size, extra_size), {&size, &packed, &header});
  if (flags & kEncrypted) throw pickle::Malformed("the zip is encrypted");
  if (method != 0 || packed != size) {
    throw pickle::Malformed(shortened(name) + " is compressed, which torch.save never does");
  }
  at += length;
  return {std::move(name), header, size, flags, checksum};
}

std::vector<Entry> read_entries(std::ifstream& file, const ZipEnd& end) {
  const std::string bytes = read_bytes(file, end.directory, end.directory_size);
  std::vector<Entry> entries;
  size_t at = 0;
  for (uint64_t i = 0; i < end.records; ++i) entries.push_back(read_entry(bytes, at));
  if (at != bytes.size()) fail_zip("its directory holds more records than it says");
  std::ranges::sort(entries, {}, &Entry::header);
  return entries;
}

// Where the content begins. The header before it must say what the directory says, but for sizes
// that follow the content.
uint64_t content_of(std::ifstream& file, const Entry& entry, uint64_t limit) {
  const auto disagree = [&] {
    fail_zip("its directory and the record of " + entry.name + " disagree");
  };
  const uint64_t least = kHeader + entry.name.size();
  if (least > limit - entry.header) fail_zip(entry.name + " reaches into what follows it");
  const std::string header = read_bytes(file, entry.header, least);
  if (!header.starts_with("PK\3\4") || number_at(header, 26, 2) != entry.name.size() ||
      header.substr(kHeader) != entry.name || number_at(header, 6, 2) != entry.flags ||
      number_at(header, 8, 2) != 0) {
    disagree();
  }
  const uint64_t extra_size = number_at(header, 28, 2), at = entry.header + least + extra_size;
  if (at > limit || entry.size > limit - at) fail_zip(entry.name + " reaches into what follows it");
  uint64_t packed = number_at(header, 18, 4), size = number_at(header, 22, 4);
  const uint64_t checksum = number_at(header, 14, 4);
  const bool later = entry.flags & kDescribed && packed == 0 && size == 0 && checksum == 0;
  if (later) return at;
  if (size == kSaturated || packed == kSaturated) {
    read_64(read_bytes(file, entry.header + least, extra_size), {&size, &packed});
  }
  if (packed != entry.size || size != entry.size || checksum != entry.checksum) disagree();
  return at;
}

// The bytes after the content are a description of it, where the flags say so, and no others.
void check_description(std::ifstream& file, const Entry& entry, uint64_t at, uint64_t count) {
  if (entry.flags & kDescribed && (count == 16 || count == 24)) {
    const std::string bytes = read_bytes(file, at, count);
    const size_t width = (count - 8) / 2;
    if (bytes.starts_with("PK\7\10") && number_at(bytes, 4, 4) == entry.checksum &&
        number_at(bytes, 8, width) == entry.size &&
        number_at(bytes, 8 + width, width) == entry.size) {
      return;
    }
  } else if (count == 0) {
    return;
  }
  fail_zip(message(count, " bytes after ", entry.name, " belong to no record"));
}

// Names that one reader takes for another's: PyTorch ignores case, others cut at a zero or turn a
// backslash around.
void check_name(const std::string& name, const std::string& folder) {
  const std::string record = "its record " + shortened(name);
  if (folder.size() < 2 || !name.starts_with(folder) ||
      ("/" + name + "/").find("/../") != std::string::npos) {
    throw pickle::Malformed(record + " lies outside the archive's folder");
  }
  const auto inside = std::string_view(name).substr(folder.size());
  if (std::ranges::any_of(inside, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    throw pickle::Malformed(record + " has capital letters, whose case PyTorch's look-up ignores");
  }
  if (std::ranges::any_of(name, [](unsigned char c) { return c < 0x20 || c == '\\'; })) {
    throw pickle::Malformed(record + " has a name that readers take differently");
  }
  if (inside == "constants.pkl") {
    throw pickle::Malformed(record + " makes it TorchScript, which PyTorch runs");
  }
}

}  // namespace

std::map<std::string, ZipRecord> read_zip_directory(std::ifstream& file, uint64_t file_size) {
  const ZipEnd end = read_zip_end(file, file_size);
  const auto entries = read_entries(file, end);
  std::map<std::string, ZipRecord> records;
  if (entries.empty()) return records;
  const std::string& first = entries.front().name;
  const std::string folder = first.substr(0, first.find('/') + 1);
  if (const uint64_t before = entries.front().header; before > 0) {
    fail_zip(message(before, " bytes before ", shortened(first), " belong to no record"));
  }
  if (const Entry& last = entries.back(); last.header > end.directory) {
    fail_zip(shortened(last.name) + " lies outside the file");
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    check_name(entry.name, folder);
    const uint64_t limit = i + 1 < entries.size() ? entries[i + 1].header : end.directory;
    const ZipRecord record{content_of(file, entry, limit), entry.size, entry.checksum};
    check_description(file, entry, record.at + record.size, limit - record.at - record.size);
    if (!records.emplace(entry.name.substr(folder.size()), record).second) {
      throw pickle::Malformed("it holds " + entry.name + " twice");
    }
  }
  return records;
}

}  // namespace rdm
