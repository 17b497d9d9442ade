// What `rdm data info` and `rdm data check` say.
#include "data/datasets/survey.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "data/datasets/image_folder.h"
#include "data/datasets/place.h"
#include "data/datasets/synthetic.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;

namespace {

int64_t number(const Plain& value, const std::string& key) {
  return *value.find(key)->get_if<int64_t>();
}

using Names = Plain::List;

}  // namespace

TEST_CASE("info counts images and classes, and knows the layout") {
  const Scratch scratch;
  const std::string root = scratch.path.string();
  synthesize(root, {.train_per_class = 3, .val_per_class = 1, .size = 24});
  std::filesystem::remove(image_folder(root, "train").samples[4].path);
  const Plain info = dataset_info({root});
  CHECK(*info.find("layout")->get_if<std::string>() == "folder");
  const Plain& train = *info.find("splits")->find("train");
  CHECK(number(train, "images") == 29);
  CHECK(number(train, "classes") == 10);
  CHECK(number(*train.find("smallestClass"), "images") == 2);
  CHECK(*train.find("smallestClass")->find("name")->get_if<std::string>() == "bullseye");
  CHECK(number(*train.find("widths"), "least") >= 24);
  CHECK(number(*train.find("widths"), "most") <= 30);
  CHECK(number(*info.find("splits")->find("val"), "images") == 10);
}

TEST_CASE(
    "info tells what a run refuses or leaves out: empty classes, other files, other classes") {
  const Scratch scratch;
  const std::string root = scratch.path.string();
  synthesize(root, {.train_per_class = 1, .val_per_class = 1, .size = 24});
  std::filesystem::create_directories(scratch.path / "train/empty");
  std::filesystem::create_directories(scratch.path / "val/other");
  for (const char* file : {"train/empty/a.gif", "train/dots/b.GIF", "train/dots/c.avif",
                           "train/dots/README", "val/other/1.gif"}) {
    std::ofstream(scratch.path / file) << "x";
  }
  const Plain info = dataset_info({root});
  const Plain& train = *info.find("splits")->find("train");
  const Plain& val = *info.find("splits")->find("val");
  CHECK(number(train, "images") == 10);
  CHECK(number(train, "classes") == 11);
  CHECK(number(*train.find("smallestClass"), "images") == 0);
  CHECK(*train.find("emptyClasses") == Plain(Names{"empty"}));
  CHECK(*train.find("onlyHere") == Plain(Names{"empty"}));
  CHECK(*val.find("onlyHere") == Plain(Names{"other"}));
  CHECK(*train.find("ignoredFiles") == Plain(Plain::Dict{{"", 1}, {".avif", 1}, {".gif", 2}}));
  CHECK_THROWS_WITH_AS(check_dataset({root}, {}),
                       ("a class with no images: " + root + "/train/empty").c_str(), Error);
}

TEST_CASE("info and check know images without classes") {
  const Scratch scratch;
  const std::string root = (scratch.path / "train").string();
  synthesize(scratch.path.string(), {.train_per_class = 2, .val_per_class = 1, .size = 24});
  const Plain info = dataset_info({root});
  CHECK(*info.find("layout")->get_if<std::string>() == "images");
  CHECK(!info.find("splits")->find("val"));
  const Plain& train = *info.find("splits")->find("train");
  CHECK(number(train, "images") == 20);
  CHECK(number(train, "classes") == 0);
  CHECK(train.find("smallestClass")->is_null());
  CHECK(number(*train.find("widths"), "least") >= 24);
  const std::string broken = open_dataset(root, "train").samples[3].path;
  std::ofstream(broken) << "x";
  const Plain result = check_dataset({root}, {});
  CHECK(number(result, "images") == 20);
  CHECK(*result.find("bad") ==
        Plain(Plain::List{
            Plain::Dict{{"path", broken}, {"reason", "not an image of a known format"}}}));
}

TEST_CASE("check lists what is broken, in order, and can be stopped") {
  const Scratch scratch;
  const std::string root = scratch.path.string();
  synthesize(root, {.train_per_class = 3, .val_per_class = 1, .size = 24});
  const std::string train = image_folder(root, "train").samples[20].path;
  const std::string val = image_folder(root, "val").samples[0].path;
  std::ofstream(train) << "x";
  std::ofstream(val).close();
  const Plain result = check_dataset(
      {root}, {.workers = 3, .progress = [&](int64_t, int64_t total) { CHECK(total == 40); }});
  CHECK(number(result, "images") == 40);
  CHECK(
      *result.find("bad") ==
      Plain(Plain::List{Plain::Dict{{"path", train}, {"reason", "not an image of a known format"}},
                        Plain::Dict{{"path", val}, {"reason", "the file is empty"}}}));
  std::stop_source stop;
  stop.request_stop();
  CHECK(*check_dataset({root}, {.stop = stop.get_token()}).find("stopped")->get_if<bool>());
}
