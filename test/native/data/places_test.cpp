// Several places as one dataset.
#include "data/datasets/places.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/place.h"
#include "data/datasets/survey.h"
#include "data/scratch.h"
#include "data/subsets/subset.h"

using namespace rdm;
using namespace rdm::test;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Scratch scratch;
  std::string root = scratch.path.string();

  Folder() {
    for (const char* file : {"photos/b/1.jpg", "photos/b/2.jpg", "photos/a/3.jpg", "more/4.jpg",
                             "one/train/cat/5.jpg", "one/train/dog/6.jpg", "one/val/cat/7.jpg",
                             "one/val/dog/8.jpg", "two/train/ant/9.jpg", "two/train/dog/10.jpg"}) {
      touch(file);
    }
  }

  void touch(const std::string& file) const {
    fs::create_directories((scratch.path / file).parent_path());
    std::ofstream(scratch.path / file) << "x";
  }

  Places at(const Places& names) const {
    Places places;
    for (const auto& name : names) places.push_back(root + "/" + name);
    return places;
  }

  // Its images by their names, with their classes.
  Places open(const Places& names, const std::string& split = "train",
              const DatasetOptions& options = {}) const {
    try {
      return listed(open_places(at(names), split, options));
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      return {error.what()};
    }
  }

  static Places listed(const Dataset& dataset) {
    Places out;
    for (const auto& sample : dataset.samples) {
      CHECK((sample.label == kNoLabel) == !dataset.labelled());
      out.push_back(fs::path(sample.path).stem().string() +
                    (dataset.labelled() ? " " + dataset.classes[sample.label] : ""));
    }
    return out;
  }
};

}  // namespace

TEST_CASE("places come one after another, and their classes are joined by name") {
  const Folder folder;
  CHECK(folder.open({"photos", "more"}) == Places{"3", "1", "2", "4"});
  CHECK(folder.open({"more", "photos"}) == Places{"4", "3", "1", "2"});
  CHECK(folder.open({"one", "two"}) == Places{"5 cat", "6 dog", "9 ant", "10 dog"});
  CHECK(Folder::listed(take_subset(open_places(folder.at({"one", "two"}), "train"),
                                   {.images_per_class = 1})) == Places{"5 cat", "6 dog", "9 ant"});
  CHECK(folder.open({"one", "two"}, "train", {.classes = {"ant", "cat"}}) ==
        Places{"5 cat", "9 ant"});
  CHECK(folder.open({"one", "more"}) == Places{"5", "6", "4"});  // one has no labels
  const Plain::List sources = sources_of(open_places(folder.at({"one", "more"}), "train"));
  CHECK(sources ==
        Plain::List{
            Plain::Dict{{"place", folder.root + "/one"}, {"layout", "folder"}, {"images", 2}},
            Plain::Dict{{"place", folder.root + "/more"}, {"layout", "images"}, {"images", 1}}});
}

TEST_CASE("the images of a folder are those of its folders as places, in this order") {
  const Folder folder;
  const auto all = open_dataset(folder.root + "/photos", "train");
  const auto parts = open_places(folder.at({"photos/a", "photos/b"}), "train");
  REQUIRE(all.size() == parts.size());
  for (int64_t i = 0; i < all.size(); ++i) CHECK(all.samples[i].path == parts.samples[i].path);
}

TEST_CASE("validation images are those of the places that have any; what is shown, else all") {
  const Folder folder;
  CHECK(folder.open({"more", "one"}, "val") == Places{"7 cat", "8 dog"});
  CHECK(Folder::listed(open_shown(folder.at({"more", "one"}))) == Places{"4", "7", "8"});
  CHECK(folder.open({"more", "photos"}, "val") ==
        Places{"no validation images in " + folder.root + "/more"});
}

TEST_CASE("places that are moved keep their hash; another order has another") {
  const Folder folder;
  const auto hash = [&](const Places& names) {
    return listing_hash(open_places(folder.at(names), "train"));
  };
  const auto before = hash({"photos", "more"});
  CHECK(before != hash({"more", "photos"}));
  fs::create_directories(folder.root + "/moved");
  fs::create_directories(folder.root + "/deep/er");
  fs::rename(folder.root + "/photos", folder.root + "/moved/photos");
  fs::rename(folder.root + "/more", folder.root + "/deep/er/more");
  CHECK(before == hash({"moved/photos", "deep/er/more"}));
  fs::copy(folder.root + "/deep/er/more", folder.root + "/twin", fs::copy_options::recursive);
  CHECK(hash({"deep/er/more", "twin"}) != hash({"twin", "deep/er/more"}));  // the same names below
}

TEST_CASE("an image that two places have is refused, and CIFAR beside others") {
  const Folder folder;
  CHECK(folder.open({"photos", "more", "photos/b"}) ==
        Places{"the image " + folder.root + "/photos/b/1.jpg is in " + folder.root +
               "/photos and again in " + folder.root + "/photos/b"});
  const std::string cifar = RDM_TEST_IMAGES "/cifar/cifar-10-batches-bin";
  CHECK_THROWS_WITH_AS(
      open_places({folder.root + "/more", cifar}, "train"),
      ("images of CIFAR and STL-10 stay in memory, and cannot be joined with others: " + cifar)
          .c_str(),
      Error);
  CHECK_THROWS_WITH_AS(
      take_subset(open_places(folder.at({"more", "photos"}), "train"), {.images_per_class = 1}),
      ("--images-per-class chooses by class, and the images of " + folder.root +
       "/more and 1 more place have no labels")
          .c_str(),
      Error);
}

TEST_CASE("options and records have one place or several") {
  CHECK(places_in(Plain("a")) == Places{"a"});
  CHECK(places_in(Plain(Plain::List{"a", "b"})) == Places{"a", "b"});
  CHECK(!places_in(Plain(Plain::List{})));
  CHECK(!places_in(Plain(Plain::List{"a", 1})));
  CHECK(!places_in(Plain(1)));
}

TEST_CASE("info tells of several places what they are together, and each") {
  const Folder folder;
  const Plain info = dataset_info(folder.at({"one", "two"}));
  CHECK(*info.find("root") == Plain(folder.root + "/one and 1 more place"));
  CHECK(*info.find("layout") == Plain("several"));
  CHECK(*info.find("splits")->find("train")->find("classes") == Plain(3));
  CHECK(info.find("splits")->find("train")->find("places")->get_if<Plain::List>()->size() == 2);
}

TEST_CASE("labels come from a table, by paths below it or below their place") {
  const Folder folder;
  const auto label = [&](const std::string& rows, const DatasetOptions& options = {}) -> Places {
    const auto table = folder.root + "/photos/labels.csv";
    std::ofstream(table) << rows;
    auto given = options;
    given.labels = table;
    try {
      return Folder::listed(open_places(folder.at({"photos", "more"}), "train", given));
    } catch (const Error& error) {
      const std::string text = error.what();
      return {text.starts_with(table) ? text.substr(folder.root.size()) : text};
    }
  };
  const auto photos = folder.root + "/photos";
  const std::string rows = "a/3.jpg,x\nb/1.jpg,y\n" + photos + "/b/2.jpg,x\n";
  CHECK(label(rows + "4.jpg,z\n") == Places{"3 x", "1 y", "2 x", "4 z"});
  CHECK(label(rows + "4.jpg,z\n", {.classes = {"x", "z"}}) == Places{"3 x", "2 x", "4 z"});
  CHECK(label(rows) == Places{"no label in " + photos + "/labels.csv for 1 images, the first " +
                              folder.root + "/more/4.jpg"});
  CHECK(label(rows + "5.jpg,z\n") == Places{"/photos/labels.csv, line 4: no such image in " +
                                            photos + " and 1 more place: 5.jpg"});
  CHECK(label(rows + "a/3.jpg,y\n") ==
        Places{"/photos/labels.csv, line 4: a second label for a/3.jpg"});
  CHECK(label("a/3.jpg\n") == Places{"/photos/labels.csv, line 1: no label"});
}

TEST_CASE("where labels are needed, the folders of a place without splits are classes") {
  const Folder folder;
  const DatasetOptions needed{.class_folders = true};
  CHECK(folder.open({"photos"}, "train", needed) == Places{"3 a", "1 b", "2 b"});
  CHECK(folder.open({"more"}, "train", needed) == Places{"4"});
  CHECK(Folder::listed(open_shown(folder.at({"one/val"}), needed)) == Places{"7 cat", "8 dog"});
  CHECK(Folder::listed(open_shown(folder.at({"one"}), needed)) == Places{"7 cat", "8 dog"});
}
