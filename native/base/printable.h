// Text out of a file, fit for a message.
#pragma once
#include <string>
#include <string_view>

namespace rdm {

// What would steer a terminal becomes a question mark, and what is long is cut.
std::string printable(std::string_view text);

}  // namespace rdm
