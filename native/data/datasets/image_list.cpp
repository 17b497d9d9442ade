#include "data/datasets/image_list.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/printable.h"
#include "data/datasets/labels.h"
#include "data/lists/lines.h"
#include "data/lists/path_table.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHint =
    "relative paths are below the folder of the list; a table's first line may name the columns "
    "path and label";
constexpr int64_t kMostLookedAt = 10'000;

// Whether a relative path leads out of the folder that it is relative to.
bool leaves(std::string_view path) {
  int depth = 0;
  while (!path.empty()) {
    const auto name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (name == "..") --depth;
    if (!name.empty() && name != "." && name != "..") ++depth;
    if (depth < 0) return true;
  }
  return false;
}

std::string folder_of(const std::string& file) {
  std::error_code ignored;
  if (file == kStandardInput) return fs::current_path(ignored).string();
  const auto folder = fs::path(file).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Collects paths with the lines that they stand on.
class Listed {
 public:
  Listed(const std::string& file, const Lines& lines) : lines_(lines) {
    dataset_.root = folder_of(file);
  }

  void add(const std::string& path, int64_t label) {
    const bool absolute = path.starts_with('/');
    if (!absolute && leaves(path)) {
      throw lines_.error(message("a path that leaves the folder of the list: ", shortened(path)),
                         "write it as an absolute path");
    }
    dataset_.samples.push_back({absolute ? path : dataset_.root + "/" + path, label});
    numbers_.push_back(lines_.number());
  }

  Dataset finish(const std::string& file, const DatasetOptions& options) {
    if (dataset_.samples.empty()) {
      throw Error(Code::bad_data, message("no paths in the list ", printable(file)),
                  "a list has the path of an image on each line");
    }
    refuse_doubles();
    if (!options.missing_files) refuse_missing();
    return std::move(dataset_);
  }

 private:
  void refuse_doubles() const {
    const auto found = find_double(dataset_);
    if (!found) return;
    const auto [earlier, later] = *found;
    throw lines_.error(
        numbers_[later],
        message(shortened(path(later)), " is listed before, in line ", numbers_[earlier]),
        "list each image once");
  }

  void refuse_missing() const {
    const auto all = static_cast<int64_t>(dataset_.samples.size());
    const int64_t count = std::min(all, kMostLookedAt);
    for (int64_t i = 0; i < count; ++i) {
      const int64_t index = count == 1 ? 0 : i * (all - 1) / (count - 1);
      struct stat status;
      if (::stat(path(index).c_str(), &status) != 0) {
        throw lines_.error(
            numbers_[index],
            message("cannot read ", shortened(path(index)), ": ", std::strerror(errno)), kHint);
      }
      if (!S_ISDIR(status.st_mode)) continue;
      throw lines_.error(numbers_[index],
                         message("a folder, not an image: ", shortened(path(index))),
                         "a list names images; a folder is a place of its own");
    }
  }

  const std::string& path(int64_t index) const { return dataset_.samples[index].path; }

  const Lines& lines_;
  Dataset dataset_;
  std::vector<int64_t> numbers_;
};

}  // namespace

Dataset image_list(const std::string& file, const DatasetOptions& options) {
  refuse_choice_of_classes(options, file);
  Lines lines(file);
  Listed listed(file, lines);
  for (std::string line; lines.next(line);) {
    if (line.find_first_not_of(" \t") != std::string::npos) listed.add(line, kNoLabel);
  }
  return listed.finish(file, options);
}

Dataset image_table(const std::string& file, const DatasetOptions& options) {
  PathTable table(file);
  Listed listed(file, table.lines());
  ClassNames names;
  for (std::string path, label; table.next(path, label);) {
    listed.add(path, table.labelled() ? names.number(label) : kNoLabel);
  }
  auto dataset = listed.finish(file, options);
  if (table.labelled())
    set_classes(dataset, names, options, file);
  else
    refuse_choice_of_classes(options, file);
  return dataset;
}

}  // namespace rdm
