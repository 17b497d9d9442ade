#include "data/datasets/image_folder.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/error.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayout =
    "expected one folder per class: DIR/train/CLASS/*.jpg (and DIR/val/CLASS/*.jpg to evaluate)";

// torchvision.datasets.folder.IMG_EXTENSIONS
constexpr std::array kExtensions{".jpg", ".jpeg", ".png",  ".ppm", ".bmp",
                                 ".pgm", ".tif",  ".tiff", ".webp"};

bool is_image(const std::string& name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  std::string extension = name.substr(dot);
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

struct Listing {
  std::vector<std::string> folders, files;  // names, sorted
};

Listing list(const fs::path& folder) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;  // a dangling link is neither
    std::string name = it->path().filename().string();
    if (it->is_directory(ignored))
      listing.folders.push_back(std::move(name));
    else if (is_image(name))
      listing.files.push_back(std::move(name));
  }
  if (error) {
    throw Error(Code::bad_data,
                message("cannot read folder ", folder.string(), ": ", error.message()));
  }
  std::sort(listing.folders.begin(), listing.folders.end());
  std::sort(listing.files.begin(), listing.files.end());
  return listing;
}

// As sorted(os.walk(folder)) does: a folder's files before those of its folders, but folders in the
// order of their whole paths as strings.
void collect(const fs::path& folder,
             std::vector<std::pair<std::string, std::vector<std::string>>>& out) {
  Listing listing = list(folder);
  out.emplace_back(folder.string(), std::move(listing.files));
  for (const auto& name : listing.folders) collect(folder / name, out);
}

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
    std::vector<std::pair<std::string, std::vector<std::string>>> walk;
    collect(class_folder, walk);
    std::sort(walk.begin(), walk.end());
    int64_t count = 0;
    for (const auto& [place, files] : walk) {
      for (const auto& file : files) {
        if (options.images_per_class > 0 && count == options.images_per_class) break;
        dataset.samples.push_back({place + "/" + file, static_cast<int64_t>(label)});
        ++count;
      }
    }
    if (count == 0) {
      throw Error(Code::bad_data, message("a class with no images: ", class_folder.string()),
                  "remove the folder, or put images into it (jpg, jpeg, png, ppm, bmp, pgm, tif, "
                  "tiff, webp)");
    }
  }
  return dataset;
}

}  // namespace rdm
