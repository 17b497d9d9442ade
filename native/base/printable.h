// Text out of a file, fit for a message.
#pragma once
#include <string>
#include <string_view>

namespace rdm {

// What would steer a terminal or turn the order of its letters around, and what is no UTF-8,
// becomes a question mark.
std::string printable(std::string_view text);

// The same of its beginning: a name in a file may have megabytes.
std::string shortened(std::string_view text);

}  // namespace rdm
