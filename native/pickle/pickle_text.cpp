#include "pickle/pickle_text.h"

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

// The number that so many digits at the start of the text make.
std::optional<uint32_t> number(std::string_view text, size_t digits, int base) {
  uint32_t value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + digits, value, base);
  const bool whole = error == std::errc() && end == text.data() + digits;
  return whole ? std::optional(value) : std::nullopt;
}

bool is_octal(char c) {
  return c >= '0' && c <= '7';
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
      case '\\':
      case '\'':
      case '"': out += repr[i]; break;
      case '\n': break;  // an escaped line break stands for nothing
      case 'a': out += '\a'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'v': out += '\v'; break;
      case 'x': {
        const auto code = number(repr.substr(i + 1), 2, 16);
        if (!code) return std::nullopt;
        out += static_cast<char>(*code);
        i += 2;
        break;
      }
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7': {
        size_t digits = 1;
        while (digits < 3 && i + digits < repr.size() && is_octal(repr[i + digits])) ++digits;
        out += static_cast<char>(*number(repr.substr(i), digits, 8));
        i += digits - 1;
        break;
      }
      default: out.append({'\\', repr[i]});
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
      if (kind == '\\') append_utf8(out, static_cast<unsigned char>(raw[++i]));  // escapes nothing
      continue;
    }
    const auto code = number(raw.substr(i + 2), digits, 16);
    if (!code || *code > 0x10FFFF) return std::nullopt;
    append_utf8(out, *code);
    i += 1 + digits;
  }
  return out;
}

}  // namespace rdm::pickle
