// The numbers of a zip's headers, little endian, and the bytes around them.
#pragma once
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace rdm {

// Throws a pickle::Malformed: "the zip is damaged: " and the reason.
[[noreturn]] void fail_zip(const std::string& reason);

// Both fail where there are fewer bytes.
std::string read_bytes(std::ifstream& file, uint64_t at, uint64_t count);
uint64_t number_at(std::string_view bytes, size_t at, size_t count);

}  // namespace rdm
