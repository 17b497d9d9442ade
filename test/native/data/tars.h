// Tar archives, made field by field.
#pragma once
#include <cstdint>
#include <cstdio>
#include <string>

namespace rdm::test {

struct TarHeader {
  std::string name;
  int64_t size = 0;
  char type = '0';
  std::string magic = std::string("ustar\00000", 8);
  std::string prefix;
};

inline std::string tar_header(const TarHeader& header) {
  std::string block(512, '\0');
  const auto put = [&](size_t at, const std::string& text) {
    block.replace(at, text.size(), text);
  };
  const auto octal = [](int64_t value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%0*llo", digits, static_cast<unsigned long long>(value));
    return std::string(text);
  };
  put(0, header.name.substr(0, 100));
  put(100, "0000644");
  put(124, octal(header.size, 11));
  put(136, "00000000000");
  put(148, "        ");
  block[156] = header.type;
  put(257, header.magic);
  put(345, header.prefix);
  int64_t sum = 0;
  for (const char c : block) sum += static_cast<uint8_t>(c);
  put(148, octal(sum, 6) + std::string("\0 ", 2));
  return block;
}

inline std::string tar_padded(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512);
  return bytes;
}

inline std::string tar_file(const std::string& name, const std::string& bytes, char type = '0') {
  return tar_header({name, static_cast<int64_t>(bytes.size()), type}) + tar_padded(bytes);
}

// One of pax's records, whose length counts itself.
inline std::string pax_record(const std::string& key, const std::string& value) {
  const std::string rest = " " + key + "=" + value + "\n";
  size_t length = rest.size();
  while (rest.size() + std::to_string(length).size() != length) ++length;
  return std::to_string(length) + rest;
}

inline const std::string kTarEnd(1024, '\0');

}  // namespace rdm::test
