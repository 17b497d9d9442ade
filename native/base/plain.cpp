#include "base/plain.h"

#include <charconv>

namespace rdm {
namespace {

struct Text {
  std::string operator()(std::monostate) const { return "none"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return std::to_string(value); }
  std::string operator()(double value) const {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Plain::List& list) const {
    std::string out;
    for (const auto& value : list) out += (out.empty() ? "" : ", ") + to_text(value);
    return "[" + out + "]";
  }
  std::string operator()(const Plain::Dict& dict) const {
    std::string out;
    for (const auto& [key, value] : dict) {
      out += (out.empty() ? "" : ", ") + key + ": " + to_text(value);
    }
    return "{" + out + "}";
  }
  std::string operator()(const Plain::Floats& values) const {
    return std::to_string(values.size()) + " numbers";
  }
  std::string operator()(const Plain::Bytes& bytes) const {
    return std::to_string(bytes.size()) + " bytes";
  }
};

}  // namespace

const Plain* Plain::find(const std::string& key) const {
  if (const auto* dict = get_if<Dict>()) {
    for (const auto& [name, value] : *dict) {
      if (name == key) return &value;
    }
  }
  return nullptr;
}

std::string to_text(const Plain& value) {
  return std::visit(Text{}, value.variant());
}

}  // namespace rdm
