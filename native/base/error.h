// Errors a user can cause. Everything else is a bug and stays a plain exception.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>

namespace rdm {

enum class Code {
  usage,
  bad_data,
  bad_checkpoint,
  bad_output,
  no_device,
  not_finite,
  distributed,  // the processes of a run do not come together
  lost_rank,    // one of them was lost on the way
  internal
};

const char* code_name(Code code);  // "bad_data", as JavaScript sees it

class Error : public std::runtime_error {
 public:
  Error(Code code, const std::string& message, std::string hint = "")
      : std::runtime_error(message), code(code), hint(std::move(hint)) {}

  Code code;
  std::string hint;  // what to do about it; may be empty
};

// Joins anything printable: message("no such folder: ", path).
template <typename... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

}  // namespace rdm

// RDM_CHECK(count > 0, Code::bad_data, "class ", name, " has no images");
#define RDM_CHECK(condition, code, ...)                                      \
  do {                                                                       \
    if (!(condition)) throw ::rdm::Error(code, ::rdm::message(__VA_ARGS__)); \
  } while (false)
