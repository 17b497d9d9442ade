#include "base/dictionary_reader.h"

namespace rdm {

const Plain& DictionaryReader::at(const char* key) {
  taken_.insert(key);
  const auto* value = dictionary_.find(key);
  RDM_CHECK(value, Code::usage, "option '", key, "' is missing");
  return *value;
}

void DictionaryReader::read(const char* key, std::vector<int64_t>& into) {
  into.clear();
  for (const auto& entry : list(key)) {
    const auto* value = entry.get_if<int64_t>();
    RDM_CHECK(value, Code::usage, "option '", key, "' must hold whole numbers");
    into.push_back(*value);
  }
}

void DictionaryReader::read(const char* key, std::vector<double>& into) {
  into.clear();
  for (const auto& entry : list(key)) {
    const auto* whole = entry.get_if<int64_t>();
    const auto* value = entry.get_if<double>();
    RDM_CHECK(whole || value, Code::usage, "option '", key, "' must hold numbers");
    into.push_back(whole ? static_cast<double>(*whole) : *value);
  }
}

void DictionaryReader::read(const char* key, std::vector<std::string>& into) {
  into.clear();
  for (const auto& entry : list(key)) {
    const auto* value = entry.get_if<std::string>();
    RDM_CHECK(value, Code::usage, "option '", key, "' must hold strings");
    into.push_back(*value);
  }
}

void DictionaryReader::read(const char* key, std::set<std::string>& into) {
  std::vector<std::string> values;
  read(key, values);
  into = {values.begin(), values.end()};
}

void DictionaryReader::finish() const {
  for (const auto& [key, value] : *dictionary_.get_if<Plain::Dict>()) {
    RDM_CHECK(taken_.contains(key), Code::usage, "unknown option '", key, "'");
  }
}

}  // namespace rdm
