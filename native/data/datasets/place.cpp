#include "data/datasets/place.h"

#include <filesystem>

#include "base/error.h"
#include "base/printable.h"
#include "data/datasets/cifar.h"
#include "data/datasets/image_folder.h"
#include "data/datasets/image_list.h"
#include "data/datasets/shards.h"
#include "data/datasets/stl10.h"
#include "data/lists/extensions.h"
#include "data/lists/lines.h"
#include "data/lists/walk.h"
#include "data/shards/shard_range.h"

namespace rdm {
namespace {

bool is_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

// Whether it has the splits of an image folder, or is none at all: that is refused there.
bool is_split_folder(const std::string& place) {
  const std::filesystem::path root = place;
  return is_folder(root / "train") || is_folder(root / "val") || !is_folder(root);
}

// list, table, shards or STL-10's images without labels; empty for what is no file. One that is
// missing is told as such.
std::string file_layout(const std::string& place) {
  std::error_code ignored;
  if (place == kStandardInput) return "list";
  if (is_folder(place)) return "";
  if (names_shards(place)) return "shards";
  const auto name = std::filesystem::path(place).filename().string();
  const auto extension = extension_of(name);
  if (extension == ".txt") return "list";
  if (extension == ".csv") return "table";
  if (!std::filesystem::exists(place, ignored)) return "";
  if (name == kStl10Unlabelled) return "stl10-unlabelled";
  throw Error(Code::bad_data,
              message("not a folder of images, a list (.txt), a table (.csv) or shards (.tar): ",
                      printable(place)),
              kPlaces);
}

bool has_only_folders(const std::string& place) {
  const auto listing = list_folder(place);
  return listing.images.empty() && !listing.folders.empty();
}

// Of the authors of a dataset, with its splits: read into memory.
bool is_published(const std::string& layout) {
  return layout.starts_with("cifar") || layout == "stl10-binary";
}

Dataset open_as(const std::string& layout, const std::string& place, const std::string& split,
                const DatasetOptions& options, Source& source) {
  if (layout == "folder") return image_folder(place, split, options);
  if (layout.starts_with("cifar")) return read_cifar(*find_cifar(place), split, options);
  if (layout == "stl10-binary") return read_stl10(*find_stl10(place), split, options);
  if (split != "train") {
    throw Error(Code::bad_data, message("no validation images in ", printable(place)),
                "its images are all training images; name others: --val PLACE, or --val none");
  }
  if (layout == "list") return image_list(place, options);
  if (layout == "table") return image_table(place, options);
  if (layout == "shards") return open_shards(place, options, source);
  if (layout == "stl10-unlabelled") return read_stl10_unlabelled(place, options);
  if (options.class_folders && has_only_folders(place)) return class_folder(place, options);
  return loose_folder(place, options);
}

}  // namespace

std::string layout_of(const std::string& place) {
  if (const auto layout = file_layout(place); !layout.empty()) return layout;
  if (const auto cifar = find_cifar(place)) {
    return std::string(cifar->hundred ? "cifar100" : "cifar10") +
           (cifar->python ? "-python" : "-binary");
  }
  if (find_stl10(place)) return "stl10-binary";
  return is_split_folder(place) ? "folder" : "images";
}

bool has_splits(const std::string& place) {
  const auto layout = layout_of(place);
  return layout == "folder" || is_published(layout);
}

bool has_split(const std::string& place, const std::string& split) {
  const auto layout = layout_of(place);
  return is_published(layout) ||
         (layout == "folder" && is_folder(std::filesystem::path(place) / split));
}

Dataset open_dataset(const std::string& place, const std::string& split,
                     const DatasetOptions& options) {
  const auto layout = layout_of(place);
  Source source{place, layout};
  auto dataset = open_as(layout, place, split, options, source);
  source.root = dataset.root;
  source.images = dataset.size();
  dataset.sources = {std::move(source)};
  return dataset;
}

}  // namespace rdm
