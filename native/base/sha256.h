// SHA-256 of bytes as they come. Source: FIPS 180-4. Not from OpenSSL: Node carries a copy of its
// own, whose symbols an addon would get in place of the system's.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace rdm {

class Sha256 {
 public:
  void update(const void* data, size_t size);
  std::string hex();  // 64 digits, of everything so far; ends the use of this object

 private:
  void block(const uint8_t* bytes);  // 64 of them

  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> pending_{};
  uint64_t bytes_ = 0;
};

// Of a file's bytes. Throws a std::runtime_error where it cannot be read.
std::string sha256_of(const std::string& path);

}  // namespace rdm
