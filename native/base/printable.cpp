#include "base/printable.h"

#include <cstdint>

namespace rdm {
namespace {

// The bytes of the character that begins with `first`; 0 where none does.
size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

// The code of one character of UTF-8; 0 where it is none.
uint32_t code_of(std::string_view character) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() < 2) return character.empty() ? 0 : byte(0);
  uint32_t code = byte(0) & (0x7F >> character.size());
  for (size_t i = 1; i < character.size(); ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3F);
  }
  return code;
}

bool is_printable(uint32_t code) {
  const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool line = code == 0x2028 || code == 0x2029;
  const bool direction = code == 0x061C || code == 0x200E || code == 0x200F ||
                         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return !control && !line && !direction && !surrogate;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = length_of(static_cast<unsigned char>(text[0]));
    const uint32_t code = length > text.size() ? 0 : code_of(text.substr(0, length));
    const size_t taken = code == 0 ? 1 : length;
    out += is_printable(code) ? text.substr(0, taken) : "?";
    text.remove_prefix(taken);
  }
  return out;
}

std::string shortened(std::string_view text) {
  constexpr size_t kMost = 300;
  if (text.size() <= kMost) return printable(text);
  size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return printable(text.substr(0, end)) + "…";
}

}  // namespace rdm
