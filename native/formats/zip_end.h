// The end of a zip: the record that says where its directory lies. Readers look for that record
// from the back, each in its own way, so a file is refused where two of them could find different
// ones. Source: PKWARE's APPNOTE.TXT, sections 4.3.14 to 4.3.16.
#pragma once
#include <cstdint>
#include <fstream>

namespace rdm {

struct ZipEnd {
  uint64_t directory = 0, directory_size = 0, records = 0;
};

// Throws a pickle::Malformed.
ZipEnd read_zip_end(std::ifstream& file, uint64_t file_size);

}  // namespace rdm
