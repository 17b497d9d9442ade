// Which files are images, by their names.
#pragma once
#include <string>
#include <string_view>

namespace rdm {

// With A to Z in lower case.
std::string lower_case(std::string text);

// The extension of a file's name in lower case, with its dot; empty where there is none.
std::string extension_of(std::string_view name);

// Whether torchvision takes files of this extension (in lower case, with its dot) for images.
bool is_image_extension(std::string_view extension);

}  // namespace rdm
