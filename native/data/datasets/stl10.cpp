#include "data/datasets/stl10.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include "base/error.h"

namespace rdm {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kStlSide = 96, kStlPlane = kStlSide * kStlSide, kStlImage = 3 * kStlPlane;

// A file of records of one length.
class Records {
 public:
  Records(const std::string& path, int64_t bytes)
      : path_(path), bytes_(bytes), file_(path, std::ios::binary) {
    std::error_code missing;
    const auto size = static_cast<int64_t>(fs::file_size(path, missing));
    if (missing || !file_)
      refuse_published(path, missing ? missing.message() : "it cannot be opened");
    if (size == 0 || size % bytes != 0) {
      refuse_published(path, message("its length is not a multiple of ", bytes, " bytes"));
    }
    count_ = size / bytes;
  }

  int64_t count() const { return count_; }

  void next(uint8_t* record) {
    if (!file_.read(reinterpret_cast<char*>(record), bytes_))
      refuse_published(path_, "it ends early");
  }

 private:
  std::string path_;
  int64_t bytes_, count_ = 0;
  std::ifstream file_;
};

// A colour's plane lies column by column.
void append_transposed(const std::array<uint8_t, kStlImage>& planes, std::vector<uint8_t>& out) {
  for (int64_t row = 0; row < kStlSide; ++row) {
    for (int64_t column = 0; column < kStlSide; ++column) {
      for (int64_t colour = 0; colour < 3; ++colour) {
        out.push_back(planes[colour * kStlPlane + column * kStlSide + row]);
      }
    }
  }
}

// Those that have a label, or all where `labels` is null.
void append_images(const std::string& path, const std::vector<int64_t>* labels, Dataset& dataset) {
  Records images(path, kStlImage);
  const auto count = labels ? static_cast<int64_t>(labels->size()) : images.count();
  if (count != images.count()) {
    refuse_published(
        path, message("it holds ", images.count(), " images, and there are ", count, " labels"));
  }
  dataset.pixels.reserve(count * kStlImage);
  std::array<uint8_t, kStlImage> image;
  for (int64_t i = 0; i < count; ++i) {
    images.next(image.data());
    const int64_t label = labels ? (*labels)[i] : kNoLabel;
    if (labels && label == kNoLabel) continue;
    dataset.samples.push_back({path + ":" + std::to_string(i), label});
    append_transposed(image, dataset.pixels);
  }
}

// Of each image: its class among the dataset's; kNoLabel of one that was not chosen. Labels count
// from one.
std::vector<int64_t> read_labels(const std::string& path, const std::vector<std::string>& names,
                                 const Dataset& dataset) {
  Records records(path, 1);
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < records.count(); ++i) {
    uint8_t label = 0;
    records.next(&label);
    if (label < 1 || label > names.size()) {
      refuse_published(path, message("the label ", static_cast<int>(label), " of image ", i,
                                     " is not one of 1 to ", names.size()));
    }
    const auto found = std::ranges::find(dataset.classes, names[label - 1]);
    labels.push_back(found == dataset.classes.end() ? kNoLabel : found - dataset.classes.begin());
  }
  return labels;
}

Dataset of_images(const std::string& root) {
  Dataset dataset;
  dataset.root = root;
  dataset.width = dataset.height = kStlSide;
  return dataset;
}

}  // namespace

std::optional<std::string> find_stl10(const std::string& root) {
  for (const fs::path& folder : {fs::path(root), fs::path(root) / "stl10_binary"}) {
    std::error_code ignored;
    if (fs::is_regular_file(folder / "train_X.bin", ignored)) return folder.string();
  }
  return std::nullopt;
}

Dataset read_stl10(const std::string& folder, const std::string& split,
                   const DatasetOptions& options) {
  const fs::path files = folder;
  const std::string stem = split == "train" ? "train" : "test";
  const auto names = read_class_list(files / "class_names.txt");
  Dataset dataset = of_images(folder);
  dataset.classes = choose_classes(names, options.classes, folder);
  const auto labels = read_labels(files / (stem + "_y.bin"), names, dataset);
  append_images(files / (stem + "_X.bin"), &labels, dataset);
  return dataset;
}

Dataset read_stl10_unlabelled(const std::string& path, const DatasetOptions& options) {
  refuse_choice_of_classes(options, path);
  Dataset dataset = of_images(fs::path(path).parent_path().string());
  append_images(path, nullptr, dataset);
  return dataset;
}

}  // namespace rdm
