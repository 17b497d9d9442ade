#include "formats/safetensors_parser.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_set>

#include "base/error.h"

namespace rdm {
namespace {

constexpr size_t kMaxEntries = 65'536;  // tensors, and as many texts of metadata
constexpr size_t kMaxDimensions = 64;

// {"__metadata__": {text: text, …}, NAME: {"dtype": text, "shape": [n, …],
//  "data_offsets": [n, n]}, …}
class Parser : public nlohmann::json_sax<nlohmann::json> {
 public:
  ParsedHeader take() { return std::move(header_); }

  bool start_object(size_t) override {
    if (depth_ == 2 || in_list_) unexpected();
    return ++depth_ > 0;
  }

  bool key(std::string& name) override {
    if (depth_ == 1) {
      open(name);
    } else {
      field_ = name;
    }
    return true;
  }

  bool end_object() override {
    if (depth_-- == 2 && !in_metadata_) close();
    return true;
  }

  bool start_array(size_t) override {
    if (depth_ != 2 || in_metadata_ || in_list_ ||
        (field_ != "shape" && field_ != "data_offsets")) {
      unexpected();
    }
    numbers_.clear();
    return in_list_ = true;
  }

  bool end_array() override {
    in_list_ = false;
    auto& tensor = header_.tensors.back();
    if (field_ == "shape") {
      tensor.shape = numbers_;
    } else {
      if (numbers_.size() != 2 || numbers_[0] < 0 || numbers_[1] < 0) unexpected();
      tensor.begin = static_cast<uint64_t>(numbers_[0]);
      tensor.end = static_cast<uint64_t>(numbers_[1]);
    }
    seen(field_ == "shape" ? kShape : kOffsets);
    return true;
  }

  bool string(std::string& value) override {
    if (depth_ != 2 || in_list_) unexpected();
    if (in_metadata_) {
      limit(header_.metadata.size(), "texts of metadata");
      header_.metadata.emplace_back(field_, std::move(value));
    } else {
      if (field_ != "dtype") unexpected();
      header_.tensors.back().dtype = std::move(value);
      seen(kDtype);
    }
    return true;
  }

  bool number_integer(int64_t value) override {
    if (!in_list_) unexpected();
    if (numbers_.size() == kMaxDimensions) {
      throw std::runtime_error(message(name_, " has over ", kMaxDimensions, " dimensions"));
    }
    numbers_.push_back(value);
    return true;
  }

  bool number_unsigned(uint64_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) unexpected();
    return number_integer(static_cast<int64_t>(value));
  }

  bool null() override { unexpected(); }
  bool boolean(bool) override { unexpected(); }
  bool number_float(double, const std::string&) override { unexpected(); }
  bool binary(nlohmann::json::binary_t&) override { unexpected(); }

  bool parse_error(size_t, const std::string&, const nlohmann::json::exception& error) override {
    throw std::runtime_error(error.what());
  }

 private:
  static constexpr int kDtype = 1, kShape = 2, kOffsets = 4, kAll = 7;

  // A name of the outermost object.
  void open(const std::string& name) {
    if (!names_.insert(name).second) throw std::runtime_error("it names " + name + " twice");
    name_ = name;
    seen_ = 0;
    in_metadata_ = name == "__metadata__";
    if (in_metadata_) return;
    limit(header_.tensors.size(), "tensors");
    header_.tensors.emplace_back().name = name;
  }

  void close() const {
    if (seen_ != kAll) unexpected();
  }

  void seen(int field) {
    if (seen_ & field) unexpected();
    seen_ |= field;
  }

  static void limit(size_t count, const char* what) {
    if (count == kMaxEntries) {
      throw std::runtime_error(message("it has over ", kMaxEntries, " ", what));
    }
  }

  [[noreturn]] void unexpected() const {
    const auto& what = name_.empty() ? std::string("its header") : "the header's entry " + name_;
    throw std::runtime_error(what + " is not of the safetensors format");
  }

  ParsedHeader header_;
  std::unordered_set<std::string> names_;
  std::string name_, field_;  // of the entry at hand, and within it
  std::vector<int64_t> numbers_;
  int depth_ = 0;  // of objects
  int seen_ = 0;   // fields of the entry at hand
  bool in_metadata_ = false, in_list_ = false;
};

}  // namespace

ParsedHeader parse_safetensors(const std::string& text) {
  Parser parser;
  nlohmann::json::sax_parse(text, &parser);
  return parser.take();
}

}  // namespace rdm
