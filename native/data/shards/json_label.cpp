#include "data/shards/json_label.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "base/error.h"

namespace rdm {
namespace {

// Takes events as they come, so that no nesting costs memory.
class LabelReader {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  bool null() { return ends_value(); }
  bool boolean(bool) { return refuses_label(); }
  bool number_integer(number_integer_t value) { return takes(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) { return takes(std::to_string(value)); }
  bool number_float(number_float_t, const string_t&) { return refuses_label(); }
  bool string(string_t& value) { return takes(value); }
  bool binary(binary_t&) { return false; }
  bool start_object(size_t) {
    refuses_label();
    ++depth_;
    return true;
  }
  bool key(string_t& name) {
    is_label_ = depth_ == 1 && name == "label";
    if (is_label_ && label) throw std::runtime_error("its JSON has two labels");
    return true;
  }
  bool end_object() { return end_array(); }
  bool start_array(size_t size) {
    if (depth_ == 0) throw std::runtime_error("its JSON is no object");
    return start_object(size);
  }
  bool end_array() {
    --depth_;
    return ends_value();
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception&) {
    throw std::runtime_error(message("its JSON is wrong after ", position, " bytes"));
  }

  std::optional<std::string> label;

 private:
  bool ends_value() {
    is_label_ = false;
    return true;
  }
  bool refuses_label() {
    if (is_label_) throw std::runtime_error("its label is neither a text nor a whole number");
    return true;
  }
  bool takes(const std::string& value) {
    if (is_label_) label = value;
    return ends_value();
  }

  int64_t depth_ = 0;
  bool is_label_ = false;
};

}  // namespace

std::optional<std::string> json_label(std::string_view json) {
  LabelReader reader;
  nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
  return reader.label;
}

}  // namespace rdm
