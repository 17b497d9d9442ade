#include "data/shards/shard_range.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>

#include "base/error.h"
#include "base/printable.h"

namespace rdm {
namespace {

constexpr int64_t kMostShards = 1'000'000;

[[noreturn]] void refuse(const std::string& place, const std::string& reason) {
  throw Error(Code::bad_data, message(reason, " in ", printable(place)),
              "a range of shards has its first and its last number: shard-{000..099}.tar");
}

int64_t number(std::string_view digits, const std::string& place) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool read = error == std::errc() && end == digits.data() + digits.size();
  if (!read || value < 0) refuse(place, message("`", printable(digits), "` is no number"));
  return value;
}

std::string with_digits(int64_t value, size_t digits) {
  auto text = std::to_string(value);
  return std::string(digits - std::min(digits, text.size()), '0') + text;
}

}  // namespace

bool names_shards(const std::string& place) {
  return place.ends_with(".tar") || place.ends_with(".TAR");
}

std::vector<std::string> shards_of(const std::string& place) {
  std::error_code ignored;
  if (std::filesystem::exists(place, ignored)) return {place};
  std::vector<std::string> names{""};
  std::string_view rest = place;
  while (true) {
    const auto begin = rest.find('{');
    for (auto& name : names) name += rest.substr(0, begin);
    if (begin == std::string_view::npos) return names;
    const auto end = rest.find('}', begin);
    if (end == std::string_view::npos) refuse(place, "a range without its end");
    const auto range = rest.substr(begin + 1, end - begin - 1);
    rest.remove_prefix(end + 1);
    const auto dots = range.find("..");
    if (dots == std::string_view::npos) {
      refuse(place, message("`{", printable(range), "}` is no range"));
    }
    const auto from = range.substr(0, dots);
    const int64_t first = number(from, place), last = number(range.substr(dots + 2), place);
    if (first > last) refuse(place, message("an empty range, {", printable(range), "},"));
    if (last - first >= kMostShards / static_cast<int64_t>(names.size())) {
      refuse(place, message("over ", kMostShards, " shards"));
    }
    std::vector<std::string> more;
    for (const auto& name : names) {
      for (int64_t i = first; i <= last; ++i) more.push_back(name + with_digits(i, from.size()));
    }
    names = std::move(more);
  }
}

}  // namespace rdm
