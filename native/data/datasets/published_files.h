// What the files have in common in which authors publish a dataset.
#pragma once
#include <string>

namespace rdm {

// Throws bad_data: the file is not as it was published.
[[noreturn]] void refuse_published(const std::string& path, const std::string& reason);

}  // namespace rdm
