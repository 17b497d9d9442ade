// Small pictures of images, as tiles of one picture.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace rdm {

// A JPEG of the centre squares of images, `side` pixels each, row by row in ⌈√N⌉ columns; grey
// where one cannot be read.
std::vector<uint8_t> contact_sheet(const std::vector<std::string>& paths, int64_t side);

}  // namespace rdm
