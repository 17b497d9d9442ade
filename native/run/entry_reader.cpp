#include "run/entry_reader.h"

#include <optional>

#include "base/error.h"
#include "base/printable.h"

namespace rdm {
namespace {

constexpr auto kHint =
    "It was changed, or written by something else; go on from another checkpoint.";

// Of lists and dictionaries, which may be of any size, what they are.
std::string describe(const Plain& value) {
  if (const auto* text = value.get_if<std::string>()) return "'" + shortened(*text) + "'";
  if (value.get_if<Plain::List>()) return "a list";
  if (value.get_if<Plain::Dict>()) return "a dictionary";
  return to_text(value);
}

// Nothing for another kind, and out of range, where NaN always is.
std::optional<double> number_in(const Plain& value, double least, double most) {
  const auto* whole = value.get_if<int64_t>();
  const auto* real = value.get_if<double>();
  if (!whole && !real) return std::nullopt;
  const double number = whole ? static_cast<double>(*whole) : *real;
  return number >= least && number <= most ? std::optional(number) : std::nullopt;
}

Error refusal(const std::string& path, const std::string& key, const std::string& wanted,
              const Plain& value) {
  return Error(Code::bad_checkpoint,
               message(path, ": its '", key, "' must be ", wanted, ", not ", describe(value)),
               kHint);
}

}  // namespace

EntryReader::EntryReader(const Plain& dictionary, std::string path, std::string key)
    : dictionary_(dictionary), path_(std::move(path)), key_(std::move(key)) {
  if (!dictionary.get_if<Plain::Dict>()) throw refusal(path_, key_, "a dictionary", dictionary);
}

const Plain& EntryReader::at(const char* key) const {
  const auto* value = dictionary_.find(key);
  if (!value) {
    throw Error(Code::bad_checkpoint, message(path_, ": it has no '", name(key), "'"), kHint);
  }
  return *value;
}

void EntryReader::refuse(const char* key, const std::string& wanted) const {
  throw refusal(path_, name(key), wanted, at(key));
}

int64_t EntryReader::whole(const char* key, int64_t least, int64_t most) const {
  const auto* value = at(key).get_if<int64_t>();
  if (value && *value >= least && *value <= most) return *value;
  refuse(key, message("a whole number between ", least, " and ", most));
}

double EntryReader::number(const char* key, double least, double most) const {
  if (const auto value = number_in(at(key), least, most)) return *value;
  refuse(key, message("a number between ", least, " and ", most));
}

const std::string& EntryReader::text(const char* key) const {
  if (const auto* value = at(key).get_if<std::string>()) return *value;
  refuse(key, "a text");
}

const Plain::List& EntryReader::list(const char* key, const std::string& wanted) const {
  if (const auto* value = at(key).get_if<Plain::List>()) return *value;
  refuse(key, wanted);
}

EntryReader EntryReader::inside(const char* key) const {
  return {at(key), path_, name(key)};
}

std::vector<double> EntryReader::numbers(const char* key, size_t count, double least,
                                         double most) const {
  const auto wanted = message("a list of ", count, " numbers");
  const auto& entries = list(key, wanted);
  std::vector<double> out;
  for (const auto& entry : entries) {
    const auto value = number_in(entry, least, most);
    if (value) out.push_back(*value);
  }
  if (entries.size() != count || out.size() != count) refuse(key, wanted);
  return out;
}

std::vector<EntryReader> EntryReader::dictionaries(const char* key) const {
  std::vector<EntryReader> out;
  for (const auto& entry : list(key, "a list of dictionaries")) {
    out.emplace_back(entry, path_, message(name(key), "[", out.size(), "]"));
  }
  return out;
}

}  // namespace rdm
