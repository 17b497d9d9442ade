#include "data/datasets/image_folder.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include "base/error.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayout =
    "expected one folder per class: DIR/train/CLASS/*.jpg (and DIR/val/CLASS/*.jpg to evaluate)";

// torchvision.datasets.folder.IMG_EXTENSIONS
constexpr std::array kExtensions{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                 ".pgm", ".tif",  ".tiff", ".webp"};

// In lower case, with its dot; empty where there is none.
std::string extension_of(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return "";
  std::string extension = name.substr(dot);
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension;
}

struct Listing {
  std::vector<std::string> folders, images;  // names, sorted
  ExtensionCounts ignored;                   // the other files
};

Listing list(const fs::path& folder) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // a link that leads nowhere is no folder
    std::string name = it->path().filename().string();
    if (it->is_directory(ignored)) {
      listing.folders.push_back(std::move(name));
      continue;
    }
    const std::string extension = extension_of(name);
    if (std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end())
      listing.images.push_back(std::move(name));
    else
      ++listing.ignored[extension];
  }
  if (error) {
    throw Error(Code::bad_data,
                message("cannot read folder ", folder.string(), ": ", error.message()));
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.images.begin(), listing.images.end());
  return listing;
}

// The images of a class at any depth, in the order of sorted(os.walk(folder)): a folder's files
// come before those of its folders, and folders in the order of their whole paths as strings.
class Walk {
 public:
  // Links are followed, but no folder is visited twice: links may go round in circles, and two
  // links to `.` in one folder would already be followed 2^40 times until the system ends it.
  void visit(const fs::path& folder) {
    struct stat status;
    if (::stat(folder.c_str(), &status) == 0 &&
        !visited_.emplace(status.st_dev, status.st_ino).second) {
      return;
    }
    Listing listing = list(folder);
    folders_.emplace_back(folder.string(), std::move(listing.images));
    for (const auto& [extension, count] : listing.ignored) ignored_[extension] += count;
    for (const auto& name : listing.folders) visit(folder / name);
  }

  std::vector<std::string> images() {
    std::sort(folders_.begin(), folders_.end());
    std::vector<std::string> paths;
    for (const auto& [folder, images] : folders_) {
      for (const auto& image : images) paths.push_back(folder + "/" + image);
    }
    return paths;
  }

  const ExtensionCounts& ignored() const { return ignored_; }

 private:
  std::set<std::pair<dev_t, ino_t>> visited_;
  std::vector<std::pair<std::string, std::vector<std::string>>> folders_;  // path, names of images
  ExtensionCounts ignored_;
};

}  // namespace

Dataset image_folder(const std::string& root, const std::string& split,
                     const DatasetOptions& options) {
  const auto require_folder = [](const fs::path& folder, const std::string& what) {
    std::error_code ignored;
    if (fs::is_directory(folder, ignored)) return;
    const bool file = fs::exists(folder, ignored);
    throw Error(Code::bad_data, message(file ? "not a folder: " : what, folder.string()), kLayout);
  };
  require_folder(root, "no such folder: ");
  const fs::path folder = fs::path(root) / split;
  require_folder(folder, message("no folder `", split, "` in the dataset: "));

  Dataset dataset;
  dataset.root = folder.string();
  dataset.classes = list(folder).folders;
  if (dataset.classes.empty()) {
    throw Error(Code::bad_data, message("no class folders in ", folder.string()), kLayout);
  }
  dataset.classes = choose_classes(dataset.classes, options.classes, folder.string());
  for (size_t label = 0; label < dataset.classes.size(); ++label) {
    const fs::path class_folder = folder / dataset.classes[label];
    Walk walk;
    walk.visit(class_folder);
    std::vector<std::string> paths = walk.images();
    if (options.images_per_class > 0) {
      paths.resize(std::min<size_t>(paths.size(), options.images_per_class));
    }
    for (auto& path : paths) {
      dataset.samples.push_back({std::move(path), static_cast<int64_t>(label)});
    }
    for (const auto& [extension, count] : walk.ignored()) dataset.ignored[extension] += count;
    if (paths.empty() && !options.empty_classes) {
      throw Error(Code::bad_data, message("a class with no images: ", class_folder.string()),
                  "remove the folder, or put images into it (jpg, jpeg, png, ppm, bmp, pgm, tif, "
                  "tiff, webp)");
    }
  }
  return dataset;
}

}  // namespace rdm
