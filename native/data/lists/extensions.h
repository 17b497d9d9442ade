// Which files are images, by their names.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace rdm {

// How many files have an extension (in lower case, with its dot; empty where there is none).
using ExtensionCounts = std::map<std::string, int64_t>;

// With A to Z in lower case.
std::string lower_case(std::string text);

// The extension of a file's name in lower case, with its dot; empty where there is none.
std::string extension_of(std::string_view name);

// Whether torchvision takes files of this extension (in lower case, with its dot) for images.
bool is_image_extension(std::string_view extension);

}  // namespace rdm
