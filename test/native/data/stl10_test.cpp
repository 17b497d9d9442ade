// STL-10 as it is published, in files of a few images, and files of it that are wrong.
#include "data/datasets/stl10.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/place.h"
#include "data/datasets/places.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

constexpr int64_t kBytes = 96 * 96 * 3;

void overwrite(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// The byte of one image in its file: colour, then column, then row.
uint8_t published(int64_t image, int64_t row, int64_t column, int64_t colour) {
  return static_cast<uint8_t>(31 * image + 7 * row + 3 * column + 101 * colour);
}

std::string images(int64_t count) {
  std::string bytes;
  for (int64_t image = 0; image < count; ++image) {
    for (int64_t colour = 0; colour < 3; ++colour) {
      for (int64_t column = 0; column < 96; ++column) {
        for (int64_t row = 0; row < 96; ++row) {
          bytes.push_back(static_cast<char>(published(image, row, column, colour)));
        }
      }
    }
  }
  return bytes;
}

// Three training images, two of the test, four without labels.
struct Published : Scratch {
  fs::path folder = path / "stl10_binary";

  Published() {
    fs::create_directory(folder);
    overwrite(folder / "class_names.txt", "airplane\nbird\ncar\n");
    overwrite(folder / "train_X.bin", images(3));
    overwrite(folder / "train_y.bin", "\3\1\3");
    overwrite(folder / "test_X.bin", images(2));
    overwrite(folder / "test_y.bin", "\2\1");
    overwrite(folder / "unlabeled_X.bin", images(4));
  }
  std::string complaint(const std::string& place = "") const {
    try {
      open_dataset((folder / place).string(), "train");
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      return error.what();
    }
    return "no error";
  }
};

}  // namespace

TEST_CASE(
    "STL-10's labelled images are those of its two splits, found in the folder of its archive") {
  const Published stl;
  for (const fs::path& place : {stl.path, stl.folder}) {
    CHECK(layout_of(place.string()) == "stl10-binary");
    const Dataset train = open_dataset(place.string(), "train"),
                  val = open_dataset(place.string(), "val");
    CHECK(train.classes == std::vector<std::string>{"airplane", "bird", "car"});
    REQUIRE(train.size() == 3);
    CHECK(train.samples[0].label == 2);
    CHECK(train.samples[1].label == 0);
    CHECK(train.samples[2].path == (stl.folder / "train_X.bin").string() + ":2");
    REQUIRE(val.size() == 2);
    CHECK(val.samples[0].label == 1);
  }
}

TEST_CASE("STL-10's planes, which lie column by column, become rows of pixels") {
  const Published stl;
  const Dataset train = open_dataset(stl.folder.string(), "train");
  REQUIRE(train.pixels.size() == static_cast<size_t>(3 * kBytes));
  CHECK(train.width == 96);
  CHECK(train.height == 96);
  size_t at = 0, wrong = 0;
  for (int64_t image = 0; image < 3; ++image) {
    for (int64_t row = 0; row < 96; ++row) {
      for (int64_t column = 0; column < 96; ++column) {
        for (int64_t colour = 0; colour < 3; ++colour) {
          wrong += train.pixels[at++] != published(image, row, column, colour);
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("classes are chosen among STL-10's") {
  const Published stl;
  const Dataset cars = open_dataset(stl.folder.string(), "train", {.classes = {"car"}});
  REQUIRE(cars.size() == 2);
  CHECK(cars.samples[1].label == 0);
  CHECK(cars.samples[1].path.ends_with(":2"));
  CHECK(cars.pixels.size() == static_cast<size_t>(2 * kBytes));
}

TEST_CASE("STL-10's images without labels are a place of their own") {
  const Published stl;
  const std::string file = (stl.folder / "unlabeled_X.bin").string();
  CHECK(layout_of(file) == "stl10-unlabelled");
  CHECK_FALSE(has_splits(file));
  const Dataset dataset = open_dataset(file, "train");
  CHECK(dataset.size() == 4);
  CHECK_FALSE(dataset.labelled());
  CHECK(dataset.samples[3].label == kNoLabel);
  CHECK(dataset.pixels[3 * kBytes] == published(3, 0, 0, 0));
  CHECK_THROWS_WITH_AS(open_places({file, stl.folder.string()}, "train"),
                       ("images of CIFAR and STL-10 stay in memory, and cannot be joined with "
                        "others: " +
                        file)
                           .c_str(),
                       Error);
}

TEST_CASE("a damaged file of STL-10 is named, and why") {
  const Published stl;
  const auto cannot = [&](const char* file, const std::string& reason) {
    return "cannot read " + (stl.folder / file).string() + ": " + reason;
  };
  overwrite(stl.folder / "train_y.bin", "\3\4\3");
  CHECK(stl.complaint() == cannot("train_y.bin", "the label 4 of image 1 is not one of 1 to 3"));
  overwrite(stl.folder / "train_y.bin", "\3\1");
  CHECK(stl.complaint() == cannot("train_X.bin", "it holds 3 images, and there are 2 labels"));
  fs::resize_file(stl.folder / "train_X.bin", 3 * kBytes - 1);
  CHECK(stl.complaint() == cannot("train_X.bin", "its length is not a multiple of 27648 bytes"));
  fs::remove(stl.folder / "train_y.bin");
  CHECK(stl.complaint() == cannot("train_y.bin", "No such file or directory"));
  fs::resize_file(stl.folder / "unlabeled_X.bin", 0);
  CHECK(stl.complaint("unlabeled_X.bin") ==
        cannot("unlabeled_X.bin", "its length is not a multiple of 27648 bytes"));
}
