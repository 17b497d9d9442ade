// The records of a zip of torch.save: stored without compression, in one folder, one after the
// other from the file's first byte to the directory. A file that another reader could take
// differently is refused: readers differ in whether they trust a record's own header or the
// directory, ignore the case of names, and look for a zip behind other bytes. Source: PKWARE's
// APPNOTE.TXT, sections 4.3 and 4.5.3; PyTorch's miniz.c.
#pragma once
#include <cstdint>
#include <fstream>
#include <map>
#include <string>

namespace rdm {

struct ZipRecord {
  uint64_t at = 0, size = 0;  // of its content
  uint32_t checksum = 0;      // CRC-32; 0 where it was not taken (torch.serialization allows that)
};

// By name, without the folder. Throws a pickle::Malformed.
std::map<std::string, ZipRecord> read_zip_directory(std::ifstream& file, uint64_t file_size);

}  // namespace rdm
