// Whole files in memory, within a limit.
#pragma once
#include <cstddef>
#include <string>

namespace rdm {

// Reads a file into `out`, whose memory is reused. Throws a std::runtime_error saying why not: it
// cannot be opened, is no ordinary file (a pipe would keep its reader waiting), has over `most`
// bytes.
void read_file(const std::string& path, size_t most, std::string& out);

}  // namespace rdm
