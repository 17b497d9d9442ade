#include "data/shards/tar_header.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/printable.h"

namespace rdm::tar {
namespace {

// Where the fields of a header lie.
struct Field {
  size_t begin, length;
};
constexpr Field kName{0, 100}, kSize{124, 12}, kChecksum{148, 8}, kMagic{257, 8}, kPrefix{345, 155};
constexpr size_t kType = 156;
constexpr int64_t kMostBytes = int64_t{1} << 60;

std::string_view text(const Block& block, Field field) {
  const std::string_view all(block.data() + field.begin, field.length);
  return all.substr(0, all.find('\0'));
}

// Octal digits between spaces, or GNU's number of big-endian bytes behind 0x80.
int64_t number(const Block& block, Field field, const char* what) {
  const std::string_view all(block.data() + field.begin, field.length);
  int64_t value = 0;
  if (all[0] == '\x80') {
    for (const char c : all.substr(1)) {
      if (value >= kMostBytes >> 8) throw Malformed(message("its ", what, " is out of range"));
      value = value * 256 + static_cast<uint8_t>(c);
    }
    return value;
  }
  auto digits = all.substr(0, std::min(all.find('\0'), all.size()));
  digits.remove_prefix(std::min(digits.find_first_not_of(' '), digits.size()));
  while (digits.ends_with(' ')) digits.remove_suffix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 8);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) {
    throw Malformed(message("its ", what, " is no number"));
  }
  return value;
}

int64_t sum(const Block& block) {
  int64_t total = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool own = i >= kChecksum.begin && i < kChecksum.begin + kChecksum.length;
    total += own ? ' ' : static_cast<uint8_t>(block[i]);
  }
  return total;
}

int64_t whole(std::string_view digits, const char* what) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool read = error == std::errc() && end == digits.data() + digits.size();
  if (!read || value < 0 || value >= kMostBytes) {
    throw Malformed(message("a pax header with a wrong ", what));
  }
  return value;
}

}  // namespace

bool is_zero(const Block& block) {
  return std::ranges::all_of(block, [](char c) { return c == 0; });
}

Header read_header(const Block& block) {
  const std::string_view magic(block.data() + kMagic.begin, kMagic.length);
  const bool gnu = magic == std::string_view("ustar  \0", 8);
  if (!gnu && !magic.starts_with(std::string_view("ustar\0", 6))) {
    throw Malformed("no header of a tar archive (ustar)");
  }
  if (number(block, kChecksum, "checksum") != sum(block)) {
    throw Malformed("the checksum of a header does not match: the archive is damaged");
  }
  Header header;
  header.type = block[kType] == 0 ? '0' : block[kType];
  header.size = number(block, kSize, "size");
  header.name = text(block, kName);
  const auto prefix = text(block, kPrefix);  // GNU tar has other things there
  if (!gnu && !prefix.empty()) header.name = std::string(prefix) + "/" + header.name;
  return header;
}

PaxRecords read_pax(std::string_view records) {
  PaxRecords found;
  while (!records.empty()) {
    const auto space = records.find(' ');
    if (space == std::string_view::npos) throw Malformed("a pax header without a length");
    const auto length = static_cast<size_t>(whole(records.substr(0, space), "length"));
    if (length <= space + 1 || length > records.size() || records[length - 1] != '\n') {
      throw Malformed("a pax header with a wrong length");
    }
    const auto record = records.substr(space + 1, length - space - 2);
    records.remove_prefix(length);
    const auto key = record.substr(0, record.find('='));
    if (key.size() == record.size()) throw Malformed("a pax header without a value");
    const auto value = record.substr(key.size() + 1);
    if (key.starts_with("GNU.sparse.")) throw Malformed(name_of_type('S'));
    const bool again = (key == "path" && found.path) || (key == "size" && found.size);
    if (again) throw Malformed(message("a pax header with two values of ", key));
    if (key == "path") found.path = value;
    if (key == "size") found.size = whole(value, "size");
  }
  return found;
}

std::string name_of_type(char type) {
  switch (type) {
    case '1': return "a hard link";
    case '2': return "a symbolic link";
    case '3':
    case '4': return "a device";
    case '6': return "a pipe";
    case '7': return "a contiguous file";
    case 'K': return "a link with a long name";
    case 'S': return "a sparse file";
    case 'M': return "the rest of a file of another volume";
    case 'V': return "a volume's label";
    default: return message("a member of the unknown type `", printable({&type, 1}), "`");
  }
}

}  // namespace rdm::tar
