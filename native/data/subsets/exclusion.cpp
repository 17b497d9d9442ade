#include "data/subsets/exclusion.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <unordered_set>

#include "base/error.h"
#include "base/printable.h"
#include "data/lists/lines.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint =
    "a pattern without / is of any name on a path, one with / of the path below the place; "
    "@FILE lists paths";

// Whether `c` is of the set that begins at `pattern`, after its [; moves on behind the ]. A set
// without an end is no set: nothing, and the pattern stays.
bool in_set(std::string_view& pattern, char c) {
  auto rest = pattern;
  const bool negated = rest.starts_with('!') || rest.starts_with('^');
  if (negated) rest.remove_prefix(1);
  const size_t end = rest.find(']', 1);  // a ] that comes first is of the set
  if (end == std::string_view::npos) return false;
  const auto set = rest.substr(0, end);
  bool found = false;
  for (size_t i = 0; i < set.size(); ++i) {
    const bool range = i + 2 < set.size() && set[i + 1] == '-';
    found = found || (range ? set[i] <= c && c <= set[i + 2] : set[i] == c);
    if (range) i += 2;
  }
  pattern = rest.substr(end + 1);
  return found != negated && c != '/';
}

// The whole path or the folders that it begins with.
bool matches_from_here(std::string_view pattern, std::string_view path) {
  while (!pattern.empty()) {
    if (pattern.starts_with("**")) {
      pattern.remove_prefix(2);
      if (pattern.empty()) return true;
      if (pattern.starts_with('/') && matches_from_here(pattern.substr(1), path)) return true;
      for (size_t i = 0; i <= path.size(); ++i) {
        if (matches_from_here(pattern, path.substr(i))) return true;
      }
      return false;
    }
    const char wanted = pattern.front();
    pattern.remove_prefix(1);
    if (wanted == '*') {
      for (size_t i = 0;; ++i) {
        if (matches_from_here(pattern, path.substr(i))) return true;
        if (i == path.size() || path[i] == '/') return false;
      }
    }
    if (path.empty()) return false;
    const char found = path.front();
    const bool set = wanted == '[' && pattern.find(']', 1) != std::string_view::npos;
    if (set ? !in_set(pattern, found) : wanted == '?' ? found == '/' : wanted != found) {
      return false;
    }
    path.remove_prefix(1);
  }
  return path.empty() || path.front() == '/';
}

// Where an image's path goes on below the place that it is from; the path itself outside of all.
std::string_view below_place(const Dataset& dataset, const std::string& path) {
  for (const auto& source : dataset.sources) {
    for (const auto& folder : {std::cref(source.place), std::cref(source.root)}) {
      if (path.size() <= folder.get().size() || path[folder.get().size()] != '/') continue;
      if (path.starts_with(folder.get())) {
        return std::string_view(path).substr(folder.get().size() + 1);
      }
    }
  }
  return path;
}

std::string folder_above(const std::string& file) {
  const auto folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Every path that a line of the list can mean.
std::unordered_set<std::string> read_paths(const std::string& file, const Dataset& dataset) {
  std::unordered_set<std::string> paths;
  const auto add = [&](const std::string& path) {
    paths.insert(path);
    paths.insert(fs::path(path).lexically_normal().string());
  };
  Lines lines(file);
  for (std::string line; lines.next(line);) {
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    add(line.starts_with('/') ? line : folder_above(file) + "/" + line);
    if (line.starts_with('/')) continue;
    for (const auto& source : dataset.sources) {
      add(source.place + "/" + line);
      add(source.root + "/" + line);
    }
  }
  return paths;
}

using Test = std::function<bool(const std::string& path)>;

Test test_of(const std::string& excluded, const Dataset& dataset) {
  if (excluded.starts_with('@')) {
    return [paths = read_paths(excluded.substr(1), dataset)](const std::string& path) {
      return paths.contains(path);
    };
  }
  return [&](const std::string& path) { return matches(excluded, below_place(dataset, path)); };
}

}  // namespace

bool matches(std::string_view pattern, std::string_view path) {
  if (pattern.ends_with('/')) pattern.remove_suffix(1);  // a folder
  if (pattern.starts_with('/')) return matches_from_here(pattern.substr(1), path);
  if (matches_from_here(pattern, path)) return true;
  if (pattern.find('/') != std::string_view::npos) return false;
  for (size_t at = path.find('/'); at != std::string_view::npos; at = path.find('/', at + 1)) {
    if (matches_from_here(pattern, path.substr(at + 1))) return true;
  }
  return false;
}

std::vector<int64_t> not_excluded(const Dataset& dataset, const std::vector<std::string>& exclude,
                                  bool all_exclude) {
  std::vector<bool> out(dataset.samples.size(), false);
  for (const auto& excluded : exclude) {
    const auto is_excluded = test_of(excluded, dataset);
    bool any = false;
    for (size_t i = 0; i < out.size(); ++i) {
      if (!is_excluded(dataset.samples[i].path)) continue;
      any = out[i] = true;
    }
    if (any || !all_exclude) continue;
    throw Error(Code::bad_data,
                message("--exclude ", printable(excluded), " excludes none of the images of ",
                        printable(name_of(dataset))),
                kHint);
  }
  std::vector<int64_t> left;
  for (size_t i = 0; i < out.size(); ++i) {
    if (!out[i]) left.push_back(static_cast<int64_t>(i));
  }
  if (left.empty() && !out.empty()) {
    throw Error(Code::bad_data,
                message("--exclude leaves none of the images of ", printable(name_of(dataset))),
                kHint);
  }
  return left;
}

}  // namespace rdm
