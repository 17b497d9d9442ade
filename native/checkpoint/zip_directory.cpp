#include "checkpoint/zip_directory.h"

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "pickle/pickle.h"

namespace rdm {
namespace {

constexpr uint64_t kMaxRecords = 65'536, kMaxDirectoryBytes = 16 << 20;
constexpr uint64_t kEnd = 22, kEnd64 = 56, kLocator = 20, kEntry = 46, kHeader = 30;  // bytes
constexpr uint64_t kIn64 = 0xFFFFFFFF;  // a number that stands in the 64-bit fields

[[noreturn]] void fail(const std::string& reason) {
  throw pickle::Malformed("the zip is damaged: " + reason);
}

std::string read(std::ifstream& file, uint64_t at, uint64_t count) {
  std::string out(count, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(at));
  if (!file.read(out.data(), static_cast<std::streamsize>(count))) fail("it is cut short");
  return out;
}

uint64_t number(std::string_view bytes, size_t at, size_t count) {  // little endian
  if (at + count > bytes.size()) fail("a field is cut short");
  uint64_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

struct Directory {
  uint64_t at = 0, size = 0, records = 0;
};

// The end record stands at the file's end, before a comment whose length it gives.
Directory find_directory(std::ifstream& file, uint64_t file_size) {
  const uint64_t searched = std::min<uint64_t>(file_size, kEnd + 0xFFFF);
  const std::string tail = read(file, file_size - searched, searched);
  size_t end = tail.rfind("PK\5\6");
  while (end != std::string::npos &&
         (tail.size() - end < kEnd || end + kEnd + number(tail, end + 20, 2) != tail.size())) {
    end = end == 0 ? std::string::npos : tail.rfind("PK\5\6", end - 1);
  }
  if (end == std::string::npos)
    throw pickle::Malformed("the zip is cut short: it has no directory");
  Directory out{number(tail, end + 16, 4), number(tail, end + 12, 4), number(tail, end + 10, 2)};
  uint64_t limit = file_size - searched + end;
  if (end >= kLocator && tail.compare(end - kLocator, 4, "PK\6\7") == 0) {
    limit = number(tail, end - kLocator + 8, 8);
    if (limit > file_size - kEnd64) fail("its directory lies outside the file");
    const std::string end64 = read(file, limit, kEnd64);
    if (!end64.starts_with("PK\6\6")) fail("it has no 64-bit end record");
    out = {number(end64, 48, 8), number(end64, 40, 8), number(end64, 32, 8)};
  }
  if (out.at > limit || out.size > limit - out.at) fail("its directory lies outside the file");
  if (out.records > kMaxRecords) {
    throw pickle::Malformed(message("the zip has ", out.records, " records"));
  }
  if (out.size > kMaxDirectoryBytes) {
    throw pickle::Malformed(message("the zip's directory has ", out.size, " bytes"));
  }
  return out;
}

struct Entry {
  std::string name;
  uint64_t header = 0, size = 0;
  uint32_t checksum = 0;
};

// Sizes and places of four gigabytes and more stand in an extra field, in this order.
void read_64(std::string_view extra, uint64_t& size, uint64_t& packed, uint64_t& header) {
  for (size_t at = 0; at + 4 <= extra.size(); at += 4 + number(extra, at + 2, 2)) {
    if (number(extra, at, 2) != 1) continue;
    const auto field = extra.substr(at + 4, number(extra, at + 2, 2));
    size_t next = 0;
    for (uint64_t* value : {&size, &packed, &header}) {
      if (*value != kIn64) continue;
      *value = number(field, next, 8);
      next += 8;
    }
    return;
  }
}

// The entry at `at`, which moves behind it.
Entry read_entry(std::string_view directory, size_t& at) {
  if (directory.substr(at, 4) != "PK\1\2") fail("a record is missing from its directory");
  const uint64_t flags = number(directory, at + 8, 2), method = number(directory, at + 10, 2);
  uint64_t packed = number(directory, at + 20, 4), size = number(directory, at + 24, 4);
  const uint64_t name_size = number(directory, at + 28, 2);
  const uint64_t extra_size = number(directory, at + 30, 2);
  uint64_t header = number(directory, at + 42, 4);
  const auto checksum = static_cast<uint32_t>(number(directory, at + 16, 4));
  const uint64_t length = kEntry + name_size + extra_size + number(directory, at + 32, 2);
  if (length > directory.size() - at) fail("its directory is cut short");
  std::string name(directory.substr(at + kEntry, name_size));
  read_64(directory.substr(at + kEntry + name_size, extra_size), size, packed, header);
  if (flags & 1) throw pickle::Malformed("the zip is encrypted");
  if (method != 0 || packed != size) {
    throw pickle::Malformed(name + " is compressed, which torch.save never does");
  }
  at += length;
  return {std::move(name), header, size, checksum};
}

std::vector<Entry> read_entries(std::ifstream& file, const Directory& directory) {
  const std::string bytes = read(file, directory.at, directory.size);
  std::vector<Entry> entries;
  size_t at = 0;
  for (uint64_t i = 0; i < directory.records; ++i) entries.push_back(read_entry(bytes, at));
  if (at != bytes.size()) fail("its directory holds more records than it says");
  std::ranges::sort(entries, {}, &Entry::header);
  return entries;
}

// Where the content begins; the header before it must say the same name.
uint64_t content_of(std::ifstream& file, const Entry& entry, uint64_t limit) {
  const uint64_t least = kHeader + entry.name.size();
  if (entry.header > limit) fail(entry.name + " lies outside the file");
  if (least > limit - entry.header) fail(entry.name + " reaches into what follows it");
  const std::string header = read(file, entry.header, least);
  if (!header.starts_with("PK\3\4") || number(header, 26, 2) != entry.name.size() ||
      header.substr(kHeader) != entry.name) {
    fail("its directory and the record of " + entry.name + " disagree");
  }
  const uint64_t at = entry.header + least + number(header, 28, 2);
  if (at > limit || entry.size > limit - at) fail(entry.name + " reaches into what follows it");
  return at;
}

std::string folder_of(const std::string& name) {
  return name.substr(0, name.find('/') + 1);
}

}  // namespace

std::map<std::string, ZipRecord> read_zip_directory(std::ifstream& file, uint64_t file_size) {
  const Directory directory = find_directory(file, file_size);
  const auto entries = read_entries(file, directory);
  const std::string folder = entries.empty() ? "" : folder_of(entries.front().name);
  std::map<std::string, ZipRecord> records;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (folder.size() < 2 || !entry.name.starts_with(folder) ||
        ("/" + entry.name + "/").find("/../") != std::string::npos) {
      throw pickle::Malformed("its record " + entry.name + " lies outside the archive's folder");
    }
    const uint64_t limit = i + 1 < entries.size() ? entries[i + 1].header : directory.at;
    const ZipRecord record{content_of(file, entry, limit), entry.size, entry.checksum};
    if (!records.emplace(entry.name.substr(folder.size()), record).second) {
      throw pickle::Malformed("it holds " + entry.name + " twice");
    }
  }
  return records;
}

}  // namespace rdm
