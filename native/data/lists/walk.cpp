#include "data/lists/walk.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/printable.h"
#include "data/lists/extensions.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

void append_paths(const std::string& folder, const std::vector<std::string>& names,
                  std::vector<std::string>& paths) {
  for (const auto& name : names) paths.push_back(folder + "/" + name);
}

}  // namespace

FolderListing list_folder(const fs::path& folder) {
  FolderListing listing;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // a link that leads nowhere is no folder
    std::string name = it->path().filename().string();
    if (it->is_directory(ignored)) {
      listing.folders.push_back(std::move(name));
      continue;
    }
    const std::string extension = extension_of(name);
    if (is_image_extension(extension))
      listing.images.push_back(std::move(name));
    else
      ++listing.ignored[extension];
  }
  if (error) {
    throw Error(Code::bad_data,
                message("cannot read folder ", printable(folder.string()), ": ", error.message()));
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.images.begin(), listing.images.end());
  return listing;
}

bool Walk::enter(const fs::path& folder, FolderListing& listing) {
  struct stat status;
  if (::stat(folder.c_str(), &status) == 0 &&
      !visited_.emplace(status.st_dev, status.st_ino).second) {
    return false;
  }
  listing = list_folder(folder);
  for (const auto& [extension, count] : listing.ignored) ignored_[extension] += count;
  return true;
}

void Walk::visit(const fs::path& folder, std::vector<Folder>& found) {
  FolderListing listing;
  if (!enter(folder, listing)) return;
  found.emplace_back(folder.string(), std::move(listing.images));
  for (const auto& name : listing.folders) visit(folder / name, found);
}

std::vector<std::string> Walk::images(const fs::path& folder) {
  std::vector<Folder> found;
  visit(folder, found);
  std::sort(found.begin(), found.end());
  std::vector<std::string> paths;
  for (const auto& [path, names] : found) append_paths(path, names, paths);
  return paths;
}

std::vector<std::string> Walk::images_by_folder(const fs::path& folder) {
  FolderListing listing;
  if (!enter(folder, listing)) return {};
  std::vector<std::string> paths;
  append_paths(folder.string(), listing.images, paths);
  for (const auto& name : listing.folders) {
    auto below = images(folder / name);
    paths.insert(paths.end(), std::make_move_iterator(below.begin()),
                 std::make_move_iterator(below.end()));
  }
  return paths;
}

std::string to_text(const ExtensionCounts& counts) {
  constexpr size_t kMostShown = 3;
  std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, std::greater<>(), &std::pair<std::string, int64_t>::second);
  std::string text;
  for (size_t i = 0; i < std::min(sorted.size(), kMostShown); ++i) {
    const auto& [extension, count] = sorted[i];
    text += message(i == 0 ? "" : ", ", extension.empty() ? "no extension" : printable(extension),
                    " ", count);
  }
  return text;
}

}  // namespace rdm
