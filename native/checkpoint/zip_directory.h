// The records of a zip of torch.save: stored without compression, in one folder, none over another.
// What any other program could make of the same file, or differently from this one, is refused.
// Source: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
#pragma once
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

namespace rdm {

struct ZipRecord {
  uint64_t at = 0, size = 0;  // of its content
  uint32_t checksum = 0;      // CRC-32; 0 where it was not taken (torch.serialization allows that)
};

// By name, without the folder. Throws a pickle::Malformed.
std::map<std::string, ZipRecord> read_zip_directory(std::ifstream& file, uint64_t file_size);

}  // namespace rdm
