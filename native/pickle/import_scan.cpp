#include "pickle/import_scan.h"

#include <cstdint>
#include <limits>
#include <string_view>

namespace rdm::pickle {
namespace {

using std::string_view_literals::operator""sv;

// Opcodes by what follows them.
constexpr std::string_view kNothing =
    "(.012NRQabd}elos)tu]\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x94\x97\x98"sv;
constexpr std::string_view kOneByte = "Kqh\x80"sv, kTwoBytes = "M"sv, kFourBytes = "Jrj"sv,
                           kEightBytes = "G\x95"sv, kLine = "ILFSVPgp"sv;
constexpr std::string_view kLength1 = "\x8aUC\x8c"sv, kLength4 = "\x8bTBX"sv,
                           kLength8 = "\x8d\x8e\x96"sv;
constexpr std::string_view kImportOfLines = "ci"sv, kOtherImport = "\x93\x82\x83\x84"sv;

bool skip(std::istream& in, uint64_t count) {
  if (count > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return false;
  return static_cast<bool>(in.seekg(static_cast<std::streamoff>(count), std::ios::cur));
}

bool skip_counted(std::istream& in, int width) {
  uint64_t count = 0;
  for (int i = 0; i < width; ++i) {
    const int byte = in.get();
    if (byte < 0) return false;
    count |= static_cast<uint64_t>(byte) << 8 * i;
  }
  return skip(in, count);
}

bool skip_line(std::istream& in) {
  return static_cast<bool>(in.ignore(std::numeric_limits<std::streamsize>::max(), '\n'));
}

// No module has a quotation mark in its name. The header of a safetensors file, in which the scan
// may end up by chance, has them everywhere.
bool names_module(std::istream& in) {
  for (int byte = in.get(); byte >= 0; byte = in.get()) {
    if (byte == '"') return false;
    if (byte == '\n') return true;
  }
  return false;
}

}  // namespace

bool may_import(std::istream& in) {
  for (int byte = in.get(); byte >= 0; byte = in.get()) {
    const char op = static_cast<char>(byte);
    const auto is = [op](std::string_view group) { return group.find(op) != group.npos; };
    if (is(kImportOfLines)) return names_module(in);
    if (is(kOtherImport)) return true;
    const bool goes_on = is(kNothing)      ? true
                         : is(kOneByte)    ? skip(in, 1)
                         : is(kTwoBytes)   ? skip(in, 2)
                         : is(kFourBytes)  ? skip(in, 4)
                         : is(kEightBytes) ? skip(in, 8)
                         : is(kLine)       ? skip_line(in)
                         : is(kLength1)    ? skip_counted(in, 1)
                         : is(kLength4)    ? skip_counted(in, 4)
                         : is(kLength8)    ? skip_counted(in, 8)
                                           : false;
    if (!goes_on) return false;
  }
  return false;
}

}  // namespace rdm::pickle
