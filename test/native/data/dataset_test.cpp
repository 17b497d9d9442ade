// Image folders as torchvision lists them, and every way in which one can be wrong.
#include "data/datasets/dataset.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/image_folder.h"
#include "data/datasets/place.h"
#include "data/datasets/synthetic.h"
#include "data/images.h"
#include "data/loading/loader.h"
#include "data/scratch.h"
#include "data/subsets/subset.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

std::vector<std::string> listed(const Dataset& dataset) {
  std::vector<std::string> out;
  for (const auto& sample : dataset.samples) {
    out.push_back(std::to_string(sample.label) + sample.path.substr(dataset.root.size()));
  }
  return out;
}

struct Complaint {
  std::string message, hint;
};

template <typename Work>
Complaint complaint(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return {error.what(), error.hint};
  }
  return {"no error", ""};
}

}  // namespace

TEST_CASE("an image folder is listed in torchvision's order") {
  // sorted(os.walk(…)) compares whole paths: deep, deep-er, deep/er.
  const Scratch scratch;
  for (const char* file : {"train/b/2.JPEG", "train/b/10.jpg", "train/b/note.txt", "train/a/z.png",
                           "train/a/deep/y.webp", "train/a/deep-er/x.ppm", "train/a/deep/er/w.tiff",
                           "train/B/1.bmp", "train/file.jpg"}) {
    touch(scratch.path / file);
  }
  const Dataset dataset = image_folder(scratch.path.string(), "train");
  CHECK(dataset.classes == std::vector<std::string>{"B", "a", "b"});
  CHECK(listed(dataset) == std::vector<std::string>{"0/B/1.bmp", "1/a/z.png", "1/a/deep/y.webp",
                                                    "1/a/deep-er/x.ppm", "1/a/deep/er/w.tiff",
                                                    "2/b/10.jpg", "2/b/2.JPEG"});
  const Dataset fewer = take_subset(dataset, {.images_per_class = 1});
  CHECK(listed(fewer) == std::vector<std::string>{"0/B/1.bmp", "1/a/z.png", "2/b/10.jpg"});
  CHECK(listing_hash(dataset) != listing_hash(fewer));

  fs::rename(scratch.path / "train", scratch.path / "moved");
  CHECK(listing_hash(image_folder(scratch.path.string(), "moved")) == listing_hash(dataset));
}

TEST_CASE("a wrong folder is named, and the layout that is expected") {
  const Scratch scratch;
  const std::string root = scratch.path.string();
  const auto list = [](const std::string& at) {
    return complaint([&] { image_folder(at, "train"); });
  };
  CHECK(list(root + "/absent").message == "no such folder: " + root + "/absent");
  CHECK(list(root + "/absent").hint.find("DIR/train/CLASS/") != std::string::npos);
  CHECK(list(root).message == "no folder `train` in the dataset: " + root + "/train");
  fs::create_directories(scratch.path / "train");
  CHECK(list(root).message == "no class folders in " + root + "/train");
  fs::create_directories(scratch.path / "train/cat");
  touch(scratch.path / "train/dog/1.jpg");
  CHECK(list(root).message == "a class with no images: " + root + "/train/cat");
}

TEST_CASE(
    "links are followed, and no folder of a class counts twice, even where they go in circles") {
  const Scratch scratch;
  const fs::path train = scratch.path / "train";
  touch(train / "a/1.jpg");
  touch(train / "a/deep/2.jpg");
  touch(scratch.path / "elsewhere/3.jpg");
  // Two links to `.` in one folder make 2^40 paths before the system refuses to follow them.
  for (const char* name : {"l1", "l2", "deep/l3"})
    fs::create_directory_symlink(".", train / "a" / name);
  fs::create_directory_symlink(train / "a", train / "a/deep/up");
  fs::create_directory_symlink(scratch.path / "elsewhere", train / "a/far");
  fs::create_directory_symlink(scratch.path / "elsewhere", train / "a/far_again");
  fs::create_directory_symlink(scratch.path / "elsewhere", train / "b");
  CHECK(listed(image_folder(scratch.path.string(), "train")) ==
        std::vector<std::string>{"0/a/1.jpg", "0/a/deep/2.jpg", "0/a/far/3.jpg", "1/b/3.jpg"});
}

TEST_CASE(
    "a folder without classes is listed at any depth, in the order that its folders' classes "
    "have") {
  // As sorted(os.walk(…)) below each folder; those that lie beside each other as classes do.
  const Scratch scratch;
  for (const char* file : {"b/2.JPEG", "z.jpg", "a/deep/er/w.tiff", "a/deep-er/x.ppm", "a/z.png",
                           "a/deep/y.webp", "a-b/1.bmp", "b/film.mov", "b/film.MOV", "c.heic"}) {
    touch(scratch.path / "photos" / file);
  }
  fs::create_directory_symlink(".", scratch.path / "photos/a/again");
  fs::create_directory_symlink("../a", scratch.path / "photos/b/a");
  fs::create_directories(scratch.path / "photos/empty");
  const std::string root = (scratch.path / "photos").string();
  CHECK(layout_of(root) == "images");
  CHECK(!has_splits(root));
  const Dataset dataset = open_dataset(root, "train");
  CHECK(!dataset.labelled());
  std::vector<std::string> paths;
  for (const auto& sample : dataset.samples) {
    CHECK(sample.label == kNoLabel);
    paths.push_back(sample.path.substr(root.size()));
  }
  CHECK(paths == std::vector<std::string>{"/z.jpg", "/a/z.png", "/a/deep/y.webp",
                                          "/a/deep-er/x.ppm", "/a/deep/er/w.tiff", "/a-b/1.bmp",
                                          "/b/2.JPEG"});
  CHECK(dataset.ignored == ExtensionCounts{{".mov", 2}, {".heic", 1}});
  fs::remove(scratch.path / "photos/z.jpg");
  fs::remove(scratch.path / "photos/b/a");  // in another class it would count again
  fs::remove_all(scratch.path / "photos/empty");
  fs::create_directories(scratch.path / "classes");
  fs::rename(root, scratch.path / "classes/train");
  const Dataset classes = image_folder((scratch.path / "classes").string(), "train");
  CHECK(classes.classes == std::vector<std::string>{"a", "a-b", "b"});
  for (int64_t i = 0; i < classes.size(); ++i) {
    CHECK(classes.samples[i].path.substr(classes.root.size()) == paths[i + 1]);
  }
}

TEST_CASE("images beside each other in train/ have no labels") {
  const Scratch scratch;
  for (const char* file : {"train/2.jpg", "train/1.jpg"}) touch(scratch.path / file);
  const Dataset dataset = open_dataset(scratch.path.string(), "train");
  CHECK(listed(dataset) == std::vector<std::string>{"-1/1.jpg", "-1/2.jpg"});
  CHECK(!dataset.labelled());
}

TEST_CASE("a place without images, and what needs labels where there are none, are told as such") {
  const Scratch scratch;
  const std::string root = (scratch.path / "photos").string();
  const auto open = [&](const std::string& split, const DatasetOptions& options) {
    return complaint([&] { open_dataset(root, split, options); });
  };
  fs::create_directories(scratch.path / "photos/2019");
  CHECK(open("train", {}).message == "no images in " + root + " or below it");
  for (const char* file : {"1.heic", "2019/2.HEIC", "2019/3", "a.mov", "b.avi", "c.avi"})
    touch(scratch.path / "photos" / file);
  CHECK(open("train", {}).message ==
        "no images in " + root +
            " or below it; there are other files: .avi 2, .heic 2, no extension 1");
  CHECK(open("train", {}).hint.find("images at any depth") != std::string::npos);
  touch(scratch.path / "photos/2019/4.jpg");
  CHECK(open("train", {}).message == "no error");
  CHECK(open("val", {}).message == "no validation images in " + root);
  CHECK(complaint([&] {
          take_subset(open_dataset(root, "train"), {.images_per_class = 3});
        }).message ==
        "--images-per-class chooses by class, and the images of " + root + " have no labels");
  CHECK(open("train", {.classes = {"cat"}}).message ==
        "--classes chooses by class, and the images of " + root + " have no labels");
  CHECK(complaint([&] { require_labels(open_dataset(root, "train"), "rdm knn"); }).message ==
        "the images of " + root + " have no labels, which rdm knn needs");
}

TEST_CASE("class names that would steer a terminal, or that no folder can have, are refused") {
  const Scratch scratch;
  const std::string root = scratch.path.string();
  const auto list = [&] { return complaint([&] { open_dataset(root, "train"); }); };
  const std::string refusal = "a class name that cannot be shown, or of over 300 bytes, in ";
  touch(scratch.path / "train/a\x1b[31m\n/1.jpg");
  CHECK(list().message == refusal + root + "/train: a?[31m?");
  CHECK(list().hint == "rename the class: UTF-8 without control characters");
  fs::remove_all(scratch.path / "train");
  touch(scratch.path / "train/caf\u00e9/1.jpg");
  CHECK(list().message == "no error");
}

TEST_CASE("a list of classes chooses among them, in sorted order") {
  const Scratch scratch;
  for (const char* name : {"ant", "bee", "cat"}) touch(scratch.path / "train" / name / "1.jpg");
  const auto list = scratch.path / "list.txt";
  std::ofstream(list) << "# my classes\n\n cat \r\nant\ncat\n";
  const auto classes = read_class_list(list.string());
  CHECK(classes == std::vector<std::string>{"cat", "ant", "cat"});
  const Dataset dataset = open_dataset(scratch.path.string(), "train", {.classes = classes});
  CHECK(dataset.classes == std::vector<std::string>{"ant", "cat"});
  CHECK(listed(dataset) == std::vector<std::string>{"0/ant/1.jpg", "1/cat/1.jpg"});

  const auto choose = [&] { open_dataset(scratch.path.string(), "train", {.classes = {"dog"}}); };
  CHECK(complaint(choose).message == "no class `dog` in " + scratch.path.string() + "/train");
  CHECK(complaint([&] { read_class_list("/no/list"); }).message ==
        "cannot read the list of classes: /no/list: No such file or directory");
  std::ofstream(list) << "# nothing\n";
  CHECK(complaint([&] { read_class_list(list.string()); }).message ==
        "the list of classes is empty: " + list.string());
}

TEST_CASE("fewer images than a batch, and a batch of nothing, are refused") {
  const Scratch scratch;
  touch(scratch.path / "train/dog/1.jpg");
  const auto load = [&](int64_t batch_size, bool drop_last) {
    return complaint([&] {
      LoaderOptions options;
      options.batch_size = batch_size;
      options.drop_last = drop_last;
      options.augmentation = CentreView{};
      Loader(image_folder(scratch.path.string(), "train"), options);
    });
  };
  CHECK(load(2, true).message ==
        "fewer images than a batch: 1 in " + scratch.path.string() + "/train, the batch size is 2");
  CHECK(load(2, false).message == "no error");
  CHECK(load(0, true).message == "the batch size must be at least 1, not 0");
}

TEST_CASE("the synthetic dataset is the same for the same seed, and can be read back") {
  const Scratch scratch;
  const SyntheticOptions small{.train_per_class = 2, .val_per_class = 1, .size = 32, .seed = 3};
  const std::string one = (scratch.path / "one").string(), two = (scratch.path / "two").string();
  CHECK(synthesize(one, small) == 30);
  CHECK(synthesize(two, small) == 30);
  const Dataset train = image_folder(one, "train"), again = image_folder(two, "train");
  CHECK(train.size() == 20);
  CHECK(train.classes.size() == kSyntheticClasses);
  for (int64_t i = 0; i < train.size(); ++i) {
    const Image a = read_image(train.samples[i].path), b = read_image(again.samples[i].path);
    CHECK(a.width() >= 32);
    CHECK(compare(to_planes(a), b).most == 0);
  }
  CHECK(image_folder(one, "val").size() == 10);
  CHECK(complaint([&] { synthesize(one, small); }).message == "the folder is not empty: " + one);
}
