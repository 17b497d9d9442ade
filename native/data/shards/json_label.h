// The label in a JSON file that describes an image.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace rdm {

// The field `label` of an object: a text, or a whole number in digits; nothing where there is no
// such field or it is null. Throws a std::runtime_error saying what is wrong.
std::optional<std::string> json_label(std::string_view json);

}  // namespace rdm
