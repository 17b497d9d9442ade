// A plain value: what may cross between TypeScript and C++, and what a checkpoint records about its
// run. Dictionaries keep the order in which keys were set.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace rdm {

class Plain {
 public:
  using List = std::vector<Plain>;
  using Dict = std::vector<std::pair<std::string, Plain>>;
  using Floats = std::vector<float>;   // a small matrix, copied: a Float32Array
  using Bytes = std::vector<uint8_t>;  // an encoded image: a Uint8Array

  Plain() = default;
  Plain(bool value) : value_(value) {}
  Plain(int value) : value_(static_cast<int64_t>(value)) {}
  Plain(int64_t value) : value_(value) {}
  Plain(double value) : value_(value) {}
  Plain(const char* value) : value_(std::string(value)) {}
  Plain(std::string value) : value_(std::move(value)) {}
  Plain(List value) : value_(std::move(value)) {}
  Plain(Dict value) : value_(std::move(value)) {}
  Plain(Floats value) : value_(std::move(value)) {}
  Plain(Bytes value) : value_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  template <typename T>
  const T* get_if() const {
    return std::get_if<T>(&value_);
  }
  const Plain* find(const std::string& key) const;  // in a dictionary; nullptr where absent

  const auto& variant() const { return value_; }
  bool operator==(const Plain&) const = default;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, List, Dict, Floats, Bytes>
      value_;
};

std::string to_text(const Plain& value);  // for messages: numbers in full, lists in brackets

}  // namespace rdm
