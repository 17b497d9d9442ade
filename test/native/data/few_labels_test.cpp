// Some labels of each class.
#include "data/subsets/few_labels.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

using namespace rdm;

namespace {

// Classes of 40, 10 and 3 images.
Dataset uneven() {
  Dataset out;
  out.root = "here";
  out.classes = {"a", "b", "c"};
  for (const auto& [label, count] : std::vector<std::pair<int, int>>{{0, 40}, {1, 10}, {2, 3}}) {
    for (int i = 0; i < count; ++i)
      out.samples.push_back({std::to_string(label) + "/" + std::to_string(i), label});
  }
  return out;
}

std::map<int64_t, int64_t> counts(const FewLabels& few) {
  std::map<int64_t, int64_t> out;
  for (const auto& sample : take_labels(uneven(), few).samples) ++out[sample.label];
  return out;
}

std::vector<std::string> paths(const FewLabels& few) {
  std::vector<std::string> out;
  for (const auto& sample : take_labels(uneven(), few).samples) out.push_back(sample.path);
  return out;
}

}  // namespace

TEST_CASE("a share of each class, one image at least, or so many of each") {
  CHECK(counts({}) == std::map<int64_t, int64_t>{{0, 40}, {1, 10}, {2, 3}});
  CHECK(counts({.fraction = 0.1}) == std::map<int64_t, int64_t>{{0, 4}, {1, 1}, {2, 1}});
  CHECK(counts({.per_class = 3}) == std::map<int64_t, int64_t>{{0, 3}, {1, 3}, {2, 3}});
}

TEST_CASE("the seed says which, and fewer lie within more") {
  CHECK(paths({.per_class = 2, .seed = 1}) == paths({.per_class = 2, .seed = 1}));
  CHECK(paths({.per_class = 2, .seed = 1}) != paths({.per_class = 2, .seed = 2}));
  const auto more = paths({.per_class = 3, .seed = 5});
  for (const auto& path : paths({.per_class = 2, .seed = 5})) {
    CHECK(std::find(more.begin(), more.end(), path) != more.end());
  }
}

TEST_CASE("a class with fewer images than are asked for is named") {
  CHECK_THROWS_WITH_AS(take_labels(uneven(), {.per_class = 4}),
                       "the class c has 3 training images, and --labels-per-class asks for 4",
                       Error);
}

TEST_CASE("images without labels have none of which some are taken") {
  Dataset plain;
  plain.samples = {{"x.png", kNoLabel}};
  CHECK_THROWS_AS(take_labels(plain, {.fraction = 0.5}), Error);
}
