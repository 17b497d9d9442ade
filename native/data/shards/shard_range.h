// Names of shards: one file, or a range of numbers in braces.
#pragma once
#include <string>
#include <vector>

namespace rdm {

// Whether a name is one of shards: it ends with .tar.
bool names_shards(const std::string& place);

// The files of `shard-{000..099}.tar`, in order; with several ranges the last one runs first. A
// name without braces, or of a file that is there, is itself. Numbers have as many digits as the
// first one. Throws bad_data for a range that is empty, wrong, or of over 1,000,000 files.
std::vector<std::string> shards_of(const std::string& place);

}  // namespace rdm
