// The escaped strings of pickle protocol 0.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace rdm::pickle {

// Python 2's repr of a str: 'a\'b\n\x00'. nullopt where it is badly quoted or escaped.
std::optional<std::string> unquote(std::string_view repr);

// Python's raw-unicode-escape, latin-1 with \uXXXX and \UXXXXXXXX, as UTF-8. nullopt where a
// number is bad.
std::optional<std::string> unescape_unicode(std::string_view raw);

}  // namespace rdm::pickle
