#include "data/datasets/place.h"

#include <filesystem>

#include "base/error.h"
#include "base/printable.h"
#include "data/datasets/cifar.h"
#include "data/datasets/image_folder.h"

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

Dataset open_loose(const std::string& place, const std::string& split,
                   const DatasetOptions& options) {
  if (split == "train") return loose_folder(place, options);
  throw Error(Code::bad_data, message("no folder `", split, "` in ", printable(place)),
              "its images are all training images; validation images lie in DIR/val/CLASS/");
}

}  // namespace

std::string layout_of(const std::string& place) {
  if (const auto cifar = find_cifar(place)) {
    return std::string(cifar->hundred ? "cifar100" : "cifar10") +
           (cifar->python ? "-python" : "-binary");
  }
  return is_split_folder(place) ? "folder" : "images";
}

bool has_splits(const std::string& place) {
  return find_cifar(place) || is_split_folder(place);
}

bool has_split(const std::string& place, const std::string& split) {
  return find_cifar(place) || is_folder(std::filesystem::path(place) / split);
}

Dataset open_dataset(const std::string& place, const std::string& split,
                     const DatasetOptions& options) {
  const auto cifar = find_cifar(place);
  auto dataset = cifar                    ? read_cifar(*cifar, split, options)
                 : is_split_folder(place) ? image_folder(place, split, options)
                                          : open_loose(place, split, options);
  dataset.sources = {{place, layout_of(place), dataset.root, dataset.size()}};
  return dataset;
}

Plain::List sources_of(const Dataset& dataset) {
  Plain::List sources;
  for (const auto& [place, layout, root, images] : dataset.sources) {
    sources.push_back(Plain::Dict{{"place", place}, {"layout", layout}, {"images", images}});
  }
  return sources;
}

}  // namespace rdm
