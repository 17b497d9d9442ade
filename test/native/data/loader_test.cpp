// The loader: same batches whatever the number of workers, clean stops, errors in order.
#include "data/loader.h"

#include <doctest/doctest.h>

#include <cstring>

#include "base/error.h"

using namespace rdm;

namespace {

// 3 classes of random 20 × 16 pixels in memory.
Dataset noise(int64_t count) {
  Dataset dataset;
  dataset.root = "noise";
  dataset.classes = {"a", "b", "c"};
  dataset.width = 20;
  dataset.height = 16;
  Stream stream(1, 2, 3, 4);
  for (int64_t i = 0; i < count; ++i) dataset.samples.push_back({std::to_string(i), i % 3});
  for (int64_t i = 0; i < count * 20 * 16 * 3; ++i) {
    dataset.pixels.push_back(static_cast<uint8_t>(stream.below(256)));
  }
  return dataset;
}

LoaderOptions two_views(int workers) {
  LoaderOptions options;
  options.batch_size = 7;
  options.workers = workers;
  options.seed = 5;
  options.recipe = std::vector<RandomView>(2, RandomView{.size = 24});
  return options;
}

uint64_t hash(const Batch& batch) {
  uint64_t h = 0xCBF29CE484222325;
  const auto add = [&h](const void* data, size_t bytes) {
    for (size_t i = 0; i < bytes; ++i) {
      h = (h ^ static_cast<const uint8_t*>(data)[i]) * 0x100000001B3;
    }
  };
  for (int v = 0; v < batch.views(); ++v) {
    add(batch.view(v), batch.size() * batch.image_size() * batch.image_size() * 3 * sizeof(float));
  }
  add(batch.labels(), batch.size() * sizeof(int64_t));
  add(batch.images(), batch.size() * sizeof(int64_t));
  return h;
}

std::vector<uint64_t> epoch(Loader& loader, int64_t epoch, int64_t first_step = 0) {
  std::vector<uint64_t> hashes;
  loader.start(epoch, first_step);
  while (auto batch = loader.next()) hashes.push_back(hash(*batch));
  return hashes;
}

}  // namespace

TEST_CASE("batches are the same with one and with five workers, and differ between epochs") {
  Loader one(noise(50), two_views(1)), five(noise(50), two_views(5));
  CHECK(one.steps_per_epoch() == 7);
  const auto expected = epoch(one, 3);
  CHECK(expected.size() == 7);
  CHECK(epoch(five, 3) == expected);
  CHECK(epoch(five, 4) != expected);
  CHECK(epoch(five, 3) == expected);
}

TEST_CASE("an epoch that goes on in its middle gives the batches it would have given") {
  Loader whole(noise(50), two_views(2)), rest(noise(50), two_views(3));
  const auto expected = epoch(whole, 1);
  CHECK(epoch(rest, 1, 4) == std::vector<uint64_t>(expected.begin() + 4, expected.end()));
}
