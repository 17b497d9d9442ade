// Which images a run takes: what is excluded, and how many of the rest.
#include "data/subsets/subset.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "base/error.h"
#include "data/scratch.h"
#include "data/subsets/exclusion.h"

using namespace rdm;
using namespace rdm::test;

namespace {

using Names = std::vector<std::string>;

// 40 images of class a, 10 of b, 1 of c, one after the other; or without labels.
Dataset mixed(bool labelled = true) {
  Dataset out;
  out.root = "/data/train";
  out.sources = {{"/data", "folder", out.root, 51}};
  if (labelled) out.classes = {"a", "b", "c"};
  for (int64_t i = 0; i < 51; ++i) {
    const int64_t label = i < 40 ? 0 : i < 50 ? 1 : 2;
    out.samples.push_back(
        {message("/data/train/", "abc"[label], "/", i, ".jpg"), labelled ? label : kNoLabel});
  }
  return out;
}

Names paths(const Dataset& dataset) {
  Names out;
  for (const auto& sample : dataset.samples) out.push_back(sample.path);
  return out;
}

std::map<int64_t, int64_t> counts(const Dataset& dataset) {
  std::map<int64_t, int64_t> out;
  for (const auto& sample : dataset.samples) ++out[sample.label];
  return out;
}

Names taken(const Subset& subset, const Dataset& dataset = mixed()) {
  try {
    return paths(take_subset(dataset, subset));
  } catch (const Error& error) {
    CHECK(error.code == Code::bad_data);
    return {error.what()};
  }
}

bool lies_in(const Names& smaller, const Names& larger) {
  return std::ranges::all_of(
      smaller, [&](const auto& path) { return std::ranges::find(larger, path) != larger.end(); });
}

}  // namespace

TEST_CASE("a share of the images has its share of every class, and none goes without") {
  const auto counted = [](double fraction) {
    return counts(take_subset(mixed(), {.fraction = fraction}));
  };
  using Counts = std::map<int64_t, int64_t>;
  CHECK(counted(1) == Counts{{0, 40}, {1, 10}, {2, 1}});
  CHECK(counted(0.5) == Counts{{0, 20}, {1, 5}, {2, 1}});  // 25.5, rounded up
  CHECK(counted(0.1) == Counts{{0, 3}, {1, 1}, {2, 1}});
  CHECK(take_subset(mixed(), {.fraction = 1e-9}).size() == 1);
}

TEST_CASE("so many images are the share that they are, and no more than there are") {
  CHECK(taken({.images = 26}) == taken({.fraction = 0.5}));
  CHECK(taken({.images = 1000}) == paths(mixed()));
  CHECK(taken({.images = 0}) == paths(mixed()));
  CHECK(taken({.images = 3}).size() == 3);
}

TEST_CASE("a smaller subset lies in a larger one, in the listing's order, whatever the labels") {
  for (const bool labelled : {true, false}) {
    const auto dataset = mixed(labelled);
    auto larger = paths(dataset);
    for (int64_t count = 50; count > 0; --count) {
      const auto smaller = taken({.images = count}, dataset);
      REQUIRE(smaller.size() == static_cast<size_t>(count));
      CHECK(lies_in(smaller, larger));
      CHECK(std::ranges::is_sorted(smaller, {}, [&](const auto& path) {
        return std::ranges::find(dataset.samples, path, &Sample::path) - dataset.samples.begin();
      }));
      larger = smaller;
    }
  }
  // Not simply the first ones.
  CHECK(taken({.images = 10}, mixed(false)) != taken({.exclude = {"1[0-9].jpg", "[2-5]?.jpg"}}));
}

TEST_CASE("pixels in memory go with their images") {
  auto dataset = mixed();
  dataset.width = dataset.height = 1;
  for (uint8_t i = 0; i < 51; ++i) dataset.pixels.insert(dataset.pixels.end(), 3, i);
  const auto some = take_subset(dataset, {.images = 7});
  REQUIRE(some.pixels.size() == 21);
  for (size_t i = 0; i < 7; ++i) {
    const auto& path = some.samples[i].path;
    CHECK(path.ends_with("/" + std::to_string(some.pixels[3 * i]) + ".jpg"));
  }
}

TEST_CASE("a listing that is cut has another hash, and the same one each time") {
  const auto hash = [](const Subset& subset) { return listing_hash(take_subset(mixed(), subset)); };
  CHECK(hash({.fraction = 0.5}) == hash({.fraction = 0.5}));
  CHECK(hash({.fraction = 0.5}) != hash({.fraction = 0.4}));
  CHECK(hash({.exclude = {"3.jpg"}}) != hash({}));
}

TEST_CASE("patterns are of names, or of paths below the place") {
  CHECK(matches("*.jpg", "a/b/c.jpg"));
  CHECK(!matches("*.jpg", "a/b/c.jpeg"));
  CHECK(matches("b", "a/b/c.jpg"));  // a folder, with what is below it
  CHECK(!matches("b", "a/bb/c.jpg"));
  CHECK(matches("a/b", "a/b/c.jpg"));
  CHECK(matches("a/b/", "a/b/c.jpg"));
  CHECK(!matches("b/c.jpg", "a/b/c.jpg"));
  CHECK(matches("*/c.jpg", "b/c.jpg"));
  CHECK(!matches("*/c.jpg", "a/b/c.jpg"));  // * ends at a /
  CHECK(matches("**/c.jpg", "a/b/c.jpg"));
  CHECK(matches("**/c.jpg", "c.jpg"));
  CHECK(matches("a/**/c.jpg", "a/c.jpg"));
  CHECK(matches("a/**", "a/b/c.jpg"));
  CHECK(!matches("a/**", "ab/c.jpg"));
  CHECK(matches("/a", "a/b.jpg"));
  CHECK(!matches("/b", "a/b/c.jpg"));
  CHECK(matches("?.jpg", "a/b.jpg"));
  CHECK(!matches("?.jpg", "a/bb.jpg"));
  CHECK(matches("[a-c]x", "bx"));
  CHECK(!matches("[!a-c]x", "bx"));
  CHECK(matches("[]]x", "]x"));
  CHECK(matches("[x", "[x"));  // no set
  CHECK(!matches("", "a"));
}

TEST_CASE("what is excluded goes first; a pattern that excludes nothing is refused") {
  CHECK(taken({.exclude = {"a", "train/b/**"}}) == Names{"/data/train/c/50.jpg"});
  CHECK(taken({.exclude = {"[0-9].jpg", "1?.jpg", "2?.jpg", "3?.jpg"}, .images_per_class = 1}) ==
        Names{"/data/train/b/40.jpg", "/data/train/c/50.jpg"});
  CHECK(taken({.exclude = {"*.png"}}) ==
        Names{"--exclude *.png excludes none of the images of /data"});
  CHECK(taken({.exclude = {"*"}}) == Names{"--exclude leaves none of the images of /data"});
  CHECK(take_subset(mixed(), {.exclude = {"*.png"}}, /*all_exclude=*/false).size() == 51);
  CHECK(taken({.images_per_class = 1}, mixed(false)) ==
        Names{"--images-per-class chooses by class, and the images of /data have no labels"});
}

TEST_CASE("a list of paths excludes those, absolute, below its folder or below the place") {
  const Scratch scratch;
  const auto list = (scratch.path / "duplicates.txt").string();
  auto dataset = mixed();
  dataset.samples[4].path = scratch.path.string() + "/here/4.jpg";
  const auto left = [&](const std::string& text) {
    std::ofstream(list) << text;
    return 51 - static_cast<int64_t>(taken({.exclude = {"@" + list}}, dataset).size());
  };
  CHECK(left("/data/train/a/1.jpg\r\n\ntrain/a/2.jpg\n./train/a/3.jpg\nhere/4.jpg\n") == 4);
  CHECK(left("b/41.jpg\nb/41.jpg\ngone.jpg\n") == 1);  // below the split; gone already
  CHECK(taken({.exclude = {"@" + list + "x"}}, dataset) ==
        Names{"cannot read the list " + list + "x: No such file or directory"});
}
