// Options out of a plain dictionary, complete and without a key too many.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/plain.h"

namespace rdm {

// Each call takes one key. Throws Code::usage for a missing key or a value of another kind, and in
// finish() for a key that was never read.
class DictionaryReader {
 public:
  explicit DictionaryReader(const Plain& dictionary) : dictionary_(dictionary) {}

  void read(const char* key, std::string& into) { into = get<std::string>(key, "a string"); }
  void read(const char* key, bool& into) { into = get<bool>(key, "true or false"); }
  void read(const char* key, int64_t& into) { into = get<int64_t>(key, "a whole number"); }
  void read(const char* key, std::optional<int64_t>& into) {
    if (!at(key).is_null()) into = get<int64_t>(key, "a whole number");
  }
  void read(const char* key, double& into) {
    const auto* whole = at(key).get_if<int64_t>();
    into = whole ? static_cast<double>(*whole) : get<double>(key, "a number");
  }
  void read(const char* key, std::optional<double>& into) {
    if (at(key).is_null()) return;
    double value = 0;
    read(key, value);
    into = value;
  }

  // What is divided by, or takes room: 0 or less would be no error but the end of the process.
  void positive(const char* key, int64_t& into) {
    read(key, into);
    RDM_CHECK(into > 0, Code::usage, "option '", key, "' must be above 0, not ", into);
  }

  void read(const char* key, std::vector<int64_t>& into);
  void read(const char* key, std::vector<double>& into);
  void read(const char* key, std::vector<std::string>& into);
  void read(const char* key, std::set<std::string>& into);
  const Plain& dictionary(const char* key) { return at(key); }  // one inside, or null
  const Plain::List& list(const char* key) { return get<Plain::List>(key, "a list"); }

  // One of the names of `choices`; another is refused with those there are.
  template <typename T>
  void read(const char* key, T& into,
            std::initializer_list<std::pair<const char*, std::type_identity_t<T>>> choices) {
    const auto& name = get<std::string>(key, "a string");
    std::string known;
    for (const auto& [choice, value] : choices) {
      if (name == choice) {
        into = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(choice);
    }
    throw Error(Code::usage, message("unknown ", key, " '", name, "'"), "choose one of: " + known);
  }

  const Plain& whole() const { return dictionary_; }
  void finish() const;

 private:
  const Plain& at(const char* key);

  template <typename T>
  const T& get(const char* key, const char* kind) {
    const auto* value = at(key).get_if<T>();
    RDM_CHECK(value, Code::usage, "option '", key, "' must be ", kind);
    return *value;
  }

  const Plain& dictionary_;
  std::set<std::string> taken_;
};

// A struct that reads its own fields, out of a dictionary that holds nothing else.
template <typename Options>
Options read_whole(const Plain& dictionary) {
  DictionaryReader reader(dictionary);
  Options options;
  options.read(reader);
  reader.finish();
  return options;
}

}  // namespace rdm
