#include "base/printable.h"

namespace rdm {

std::string printable(std::string_view text) {
  constexpr size_t kMost = 300;
  std::string out(text.substr(0, kMost));
  for (size_t i = 0; i < out.size(); ++i) {
    const auto byte = static_cast<unsigned char>(out[i]);
    const auto before = i > 0 ? static_cast<unsigned char>(out[i - 1]) : 0;
    const bool c1 = before == 0xC2 && byte >= 0x80 && byte < 0xA0;  // U+0080 … U+009F in UTF-8
    if (byte < 0x20 || byte == 0x7F || c1) out[i] = '?';
  }
  return text.size() > kMost ? out + "…" : out;
}

}  // namespace rdm
