#include "data/datasets/image_folder.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "data/lists/walk.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLayout =
    "expected one folder per class: DIR/train/CLASS/*.jpg (and DIR/val/CLASS/*.jpg to evaluate)";
constexpr const char* kClassHint =
    "remove the folder, or put images into it (jpg, jpeg, png, ppm, bmp, pgm, tif, tiff, webp)";

void require_folder(const fs::path& folder, const std::string& what) {
  std::error_code ignored;
  if (fs::is_directory(folder, ignored)) return;
  const bool file = fs::exists(folder, ignored);
  throw Error(Code::bad_data, message(file ? "not a folder: " : what, printable(folder.string())),
              kLayout);
}

}  // namespace

Dataset image_folder(const std::string& root, const std::string& split,
                     const DatasetOptions& options) {
  require_folder(root, "no such folder: ");
  const fs::path folder = fs::path(root) / split;
  require_folder(folder, message("no folder `", split, "` in the dataset: "));
  const FolderListing listing = list_folder(folder);
  const bool loose = listing.folders.empty() && !listing.images.empty();
  return loose ? loose_folder(folder.string(), options) : class_folder(folder.string(), options);
}

Dataset class_folder(const std::string& folder, const DatasetOptions& options) {
  Dataset dataset;
  dataset.root = folder;
  dataset.classes = list_folder(folder).folders;
  if (dataset.classes.empty()) {
    throw Error(Code::bad_data, message("no class folders in ", folder), kLayout);
  }
  dataset.classes = choose_classes(dataset.classes, options.classes, folder);
  for (size_t label = 0; label < dataset.classes.size(); ++label) {
    const fs::path class_folder = fs::path(folder) / dataset.classes[label];
    Walk walk;
    std::vector<std::string> paths = walk.images(class_folder);
    for (auto& path : paths) {
      dataset.samples.push_back({std::move(path), static_cast<int64_t>(label)});
    }
    for (const auto& [extension, count] : walk.ignored()) dataset.ignored[extension] += count;
    if (paths.empty() && !options.empty_classes) {
      throw Error(Code::bad_data, message("a class with no images: ", class_folder.string()),
                  kClassHint);
    }
  }
  return dataset;
}

Dataset loose_folder(const std::string& folder, const DatasetOptions& options) {
  Dataset dataset;
  dataset.root = folder;
  refuse_choice_of_classes(options, folder);
  Walk walk;
  for (auto& path : walk.images_by_folder(folder)) {
    dataset.samples.push_back({std::move(path), kNoLabel});
  }
  dataset.ignored = walk.ignored();
  if (dataset.samples.empty()) {
    const auto others = to_text(dataset.ignored);
    throw Error(Code::bad_data,
                message("no images in ", printable(folder), " or below it",
                        others.empty() ? "" : message("; there are other files: ", others)),
                kPlaces);
  }
  return dataset;
}

}  // namespace rdm
