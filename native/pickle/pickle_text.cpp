#include "pickle/pickle_text.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace rdm::pickle {
namespace {

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18 & 0x07));
    out += static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

std::optional<uint32_t> hex(std::string_view from, size_t position, size_t digits) {
  uint32_t value = 0;
  const auto part = from.substr(std::min(position, from.size()), digits);
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
  const bool whole = part.size() == digits && error == std::errc() && end == part.data() + digits;
  return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

std::optional<std::string> unquote(std::string_view repr) {
  const char quote = repr.empty() ? '\0' : repr.front();
  if (repr.size() < 2 || repr.back() != quote || (quote != '\'' && quote != '"'))
    return std::nullopt;
  repr = repr.substr(1, repr.size() - 2);
  std::string out;
  for (size_t i = 0; i < repr.size(); ++i) {
    if (repr[i] != '\\') {
      out += repr[i];
      continue;
    }
    if (++i == repr.size()) return std::nullopt;
    switch (repr[i]) {
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'x': {
        const auto code = hex(repr, i + 1, 2);
        if (!code) return std::nullopt;
        out += static_cast<char>(*code);
        i += 2;
        break;
      }
      default: out += repr[i];
    }
  }
  return out;
}

std::optional<std::string> unescape_unicode(std::string_view raw) {
  std::string out;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char kind = raw[i] == '\\' && i + 1 < raw.size() ? raw[i + 1] : '\0';
    const size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0) {
      append_utf8(out, static_cast<unsigned char>(raw[i]));
      continue;
    }
    const auto code = hex(raw, i + 2, digits);
    if (!code) return std::nullopt;
    append_utf8(out, *code);
    i += 1 + digits;
  }
  return out;
}

}  // namespace rdm::pickle
