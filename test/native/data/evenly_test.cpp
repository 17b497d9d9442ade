// Some images of a dataset, evenly spaced.
#include <doctest/doctest.h>

#include "data/datasets/dataset.h"

using namespace rdm;

namespace {

Dataset in_memory(int64_t images) {
  Dataset out;
  out.width = 1;
  out.height = 1;
  for (int64_t i = 0; i < images; ++i) {
    out.samples.push_back({std::to_string(i), i % 3});
    for (int channel = 0; channel < 3; ++channel) out.pixels.push_back(static_cast<uint8_t>(i));
  }
  return out;
}

}  // namespace

TEST_CASE("evenly spaced images keep their order, labels and pixels") {
  const auto some = evenly_spaced(in_memory(10), 4);
  REQUIRE(some.size() == 4);
  const std::vector<int64_t> expected{0, 2, 5, 7};
  for (size_t i = 0; i < 4; ++i) {
    CHECK(some.samples[i].path == std::to_string(expected[i]));
    CHECK(some.samples[i].label == expected[i] % 3);
    CHECK(some.pixels[3 * i] == expected[i]);
  }
  CHECK(some.pixels.size() == 12);
}

TEST_CASE("none or too many asked for: all of them") {
  CHECK(evenly_spaced(in_memory(10), 0).size() == 10);
  CHECK(evenly_spaced(in_memory(10), 11).size() == 10);
}
