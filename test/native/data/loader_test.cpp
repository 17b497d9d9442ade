// The loader: same batches whatever the number of workers, clean stops, errors in order.
#include "data/loading/loader.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/error.h"
#include "data/datasets/image_folder.h"
#include "data/datasets/synthetic.h"
#include "data/images.h"
#include "data/jpeg/jpeg.h"
#include "data/pixels/view.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;

namespace {

// Images of 20 × 16 random pixels in memory, in three classes.
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
  options.augmentation = std::vector<RandomView>(2, RandomView{.size = 24});
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
    const int64_t size = batch.image_size(v);
    add(batch.view(v), batch.size() * size * size * 3 * sizeof(float));
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

TEST_CASE("every image comes once in an epoch, with its label; the last batch may be short") {
  LoaderOptions options = two_views(3);
  options.drop_last = false;
  Loader loader(noise(50), options);
  CHECK(loader.steps_per_epoch() == 8);
  std::vector<int> seen(50);
  loader.start(0);
  int64_t step = 0;
  while (auto batch = loader.next()) {
    CHECK(batch->step() == step++);
    CHECK(batch->size() == (step == 8 ? 1 : 7));
    CHECK(batch->views() == 2);
    for (int64_t i = 0; i < batch->size(); ++i) {
      ++seen[batch->images()[i]];
      CHECK(batch->labels()[i] == batch->images()[i] % 3);
    }
  }
  CHECK(seen == std::vector<int>(50, 1));
  CHECK(!loader.next());
}

TEST_CASE(
    "the two views of an image differ, and a view's numbers do not depend on the batch size") {
  LoaderOptions options = two_views(2);
  options.shuffle = false;
  Loader sevens(noise(14), options);
  options.batch_size = 14;
  Loader fourteen(noise(14), options);
  sevens.start(2);
  fourteen.start(2);
  const auto all = fourteen.next();
  const int64_t values = 24 * 24 * 3;
  for (int64_t first = 0; first < 14; first += 7) {
    const auto batch = sevens.next();
    for (int v = 0; v < 2; ++v) {
      CHECK(std::memcmp(batch->view(v), all->view(v) + first * values,
                        7 * values * sizeof(float)) == 0);
    }
    CHECK(std::memcmp(batch->view(0), batch->view(1), 7 * values * sizeof(float)) != 0);
  }
}

TEST_CASE("small crops follow the large ones, each of its own size, and change nothing of them") {
  auto options = two_views(2);
  Loader large(noise(14), options);
  auto& views = std::get<std::vector<RandomView>>(options.augmentation);
  for (const int64_t size : {10, 10, 6}) {
    views.push_back({.size = size, .min_scale = 0.05, .max_scale = 0.3});
  }
  for (const bool as_bytes : {false, true}) {
    options.bytes = as_bytes;
    Loader one(noise(14), options);
    options.workers = 5;
    Loader five(noise(14), options);
    for (Loader* loader : {&large, &one, &five}) loader->start(1);
    while (const auto batch = one.next()) {
      const auto alike = five.next(), two = large.next();
      REQUIRE(batch->views() == 5);
      for (int v = 0; v < 5; ++v) {
        CAPTURE(v);
        const int64_t size = batch->image_size(v);
        CHECK(size == (v < 2 ? 24 : v < 4 ? 10 : 6));
        const auto values = static_cast<size_t>(batch->size() * size * size * 3);
        const size_t bytes = values * (as_bytes ? 1 : sizeof(float));
        CHECK(std::memcmp(batch->bytes(v), alike->bytes(v), bytes) == 0);
        if (!as_bytes && v < 2) CHECK(std::memcmp(batch->view(v), two->view(v), bytes) == 0);
        if (v == 3) CHECK(std::memcmp(batch->bytes(2), batch->bytes(3), bytes) != 0);
      }
      CHECK(std::memcmp(batch->labels(), two->labels(), 7 * sizeof(int64_t)) == 0);
    }
  }
}

TEST_CASE("views as bytes are the same views once each byte is normalised by the table") {
  for (const bool random : {true, false}) {
    auto options = two_views(2);
    std::get<std::vector<RandomView>>(options.augmentation).push_back({.size = 9});
    if (!random) options.augmentation = CentreView{.resize = 16, .size = 12};
    Loader floats(noise(14), options);
    options.bytes = true;
    Loader bytes(noise(14), options);
    const auto table = normal_values(options.statistics);
    floats.start(1);
    bytes.start(1);
    while (const auto expected = floats.next()) {
      const auto batch = bytes.next();
      for (int v = 0; v < batch->views(); ++v) {
        const int64_t values = batch->size() * batch->image_size(v) * batch->image_size(v) * 3;
        int64_t different = 0;
        for (int64_t i = 0; i < values; ++i) {
          different += table[batch->bytes(v)[i] * 3 + i % 3] != expected->view(v)[i];
        }
        CHECK(different == 0);
      }
      CHECK(std::equal(batch->labels(), batch->labels() + batch->size(), expected->labels()));
    }
  }
}

TEST_CASE("the centre view is the same whether all of a file is decoded or what is needed") {
  const Scratch scratch;
  const std::string folder = (scratch.path / "train/a").string();
  std::filesystem::create_directories(folder);
  for (const auto& [width, height] : {std::pair{230, 120}, {120, 230}, {97, 96}, {40, 300}}) {
    Image image = synthetic_image(1, width, 300, 5);
    const Pixels part{image.data(), width, height, image.width() * 3};
    Image cut(width, height);
    for (int64_t y = 0; y < height; ++y) std::copy_n(part.row(y), width * 3, cut.row(y));
    const auto bytes = encode_jpeg(cut, 90);
    std::ofstream(folder + "/" + std::to_string(width) + ".jpg", std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }
  LoaderOptions options;
  options.batch_size = 1;
  options.shuffle = false;
  options.augmentation = CentreView{.resize = 64, .size = 56};
  Loader loader(image_folder(scratch.path.string(), "train"), options);
  loader.start(0);
  while (const auto batch = loader.next()) {
    const Image whole = read_image(loader.dataset().samples[batch->images()[0]].path);
    Dataset memory;
    memory.classes = {"a"};
    memory.samples = {{"whole", 0}};
    memory.width = whole.width();
    memory.height = whole.height();
    memory.pixels.assign(whole.data(), whole.data() + whole.bytes());
    Loader expected(memory, options);
    expected.start(0);
    CHECK(std::memcmp(batch->view(0), expected.next()->view(0), 56 * 56 * 3 * sizeof(float)) == 0);
  }
}

TEST_CASE("a loader stops cleanly in the middle of an epoch, also with batches still held") {
  for (int round = 0; round < 20; ++round) {
    std::optional<Batch> held;
    Loader loader(noise(70), two_views(4));
    loader.start(0);
    held = loader.next();
    if (round % 2) loader.start(1);  // drops the rest of the epoch
    const uint64_t before = hash(*held);
    const auto next = loader.next();
    CHECK(next->step() == (round % 2 ? 0 : 1));
    CHECK(hash(*held) == before);
  }
}

TEST_CASE("a batch may outlive its loader") {
  std::optional<Batch> held;
  uint64_t before = 0;
  {
    Loader loader(noise(70), two_views(4));
    loader.start(0);
    held = loader.next();
    before = hash(*held);
  }
  CHECK(hash(*held) == before);
}

TEST_CASE("holding every batch of the ring is reported instead of waiting for ever") {
  Loader loader(noise(70), two_views(1));
  loader.start(0);
  std::vector<Batch> held;
  for (int i = 0; i < 3; ++i) held.push_back(std::move(*loader.next()));
  CHECK_THROWS_AS(loader.next(), std::logic_error);
  held.clear();
  CHECK(loader.next()->step() == 3);
}

TEST_CASE("bad images are replaced, the same ones whatever the number of workers, and listed") {
  const Scratch scratch;
  synthesize(scratch.path.string(), {.train_per_class = 4, .val_per_class = 0, .size = 24});
  Dataset dataset = image_folder(scratch.path.string(), "train");
  for (const int64_t image : {3, 17}) std::ofstream(dataset.samples[image].path) << "no image";
  LoaderOptions options = two_views(1);
  options.batch_size = 10;
  Loader one(dataset, options);
  options.workers = 4;
  Loader four(dataset, options);
  CHECK(epoch(one, 1) == epoch(four, 1));
  four.start(2);
  while (auto batch = four.next()) {
    for (int64_t i = 0; i < batch->size(); ++i) {
      CHECK(batch->images()[i] != 3);
      CHECK(batch->images()[i] != 17);
      CHECK(batch->labels()[i] == dataset.samples[batch->images()[i]].label);
    }
  }
  const auto bad = four.bad_images();
  REQUIRE(bad.size() == 2);
  CHECK(bad[0].image == 3);
  CHECK(bad[1].path == dataset.samples[17].path);
  CHECK(bad[1].reason == "not an image of a known format");
}

TEST_CASE("a folder of bad images only ends in an error, not in a search without end") {
  const Scratch scratch;
  synthesize(scratch.path.string(), {.train_per_class = 1, .val_per_class = 0, .size = 24});
  Dataset dataset = image_folder(scratch.path.string(), "train");
  for (const auto& sample : dataset.samples) std::ofstream(sample.path) << "no image";
  LoaderOptions options = two_views(2);
  Loader loader(dataset, options);
  loader.start(0);
  try {
    loader.next();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("100 images in a row were bad; the last: cannot"));
  }
}

TEST_CASE("a bad image surfaces in next(), at its batch, naming the file") {
  const Scratch scratch;
  synthesize(scratch.path.string(), {.train_per_class = 2, .val_per_class = 0, .size = 24});
  Dataset dataset = image_folder(scratch.path.string(), "train");
  const std::string bad = dataset.samples[13].path;
  std::ofstream(bad) << "not an image";
  LoaderOptions options = two_views(4);
  options.batch_size = 5;
  options.shuffle = false;
  options.on_bad_image = OnBadImage::stop;
  Loader loader(dataset, options);
  for (int round = 0; round < 3; ++round) {
    loader.start(round);
    CHECK(loader.next());
    CHECK(loader.next());
    try {
      loader.next();
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code == Code::bad_data);
      CHECK(std::string(error.what()) ==
            "cannot decode " + bad + ": not an image of a known format");
    }
    CHECK(!loader.next());  // the epoch is over
  }
}

TEST_CASE("whatever a worker meets over an image names it, in memory as in a file") {
  LoaderOptions options = two_views(2);
  options.shuffle = false;
  options.on_bad_image = OnBadImage::stop;
  options.augmentation = CentreView{.resize = INT64_MAX / 2, .size = 24};
  Loader loader(noise(14), options);
  loader.start(0);
  CHECK_THROWS_WITH_AS(loader.next(), "cannot decode 0: its size does not fit into 64 bits",
                       ImageError);
}

TEST_CASE("a loader starts within its epoch only") {
  Loader loader(noise(50), two_views(1));
  for (const auto& [epoch, step] :
       {std::pair<int64_t, int64_t>{0, -1}, {-1, 0}, {0, 8}, {0, INT64_MIN}}) {
    CHECK_THROWS_AS(loader.start(epoch, step), Error);
  }
  loader.start(0, 7);
  CHECK(!loader.next());
}

TEST_CASE("memory for the batches comes from the allocator that was given") {
  std::vector<size_t> sizes;
  LoaderOptions options = two_views(2);
  options.allocate = [&sizes](size_t bytes) {
    sizes.push_back(bytes);
    return std::shared_ptr<void>(std::malloc(bytes), std::free);
  };
  const auto memory_of = [](size_t images) {
    const size_t views = 2 * images * 24 * 24 * 3 * sizeof(float);
    return std::vector<size_t>(3, views + images * sizeof(int64_t));  // and the labels
  };
  {
    const Loader loader(noise(14), options);
    CHECK(sizes == memory_of(7));
  }
  sizes.clear();
  options.batch_size = int64_t{1} << 53;
  options.drop_last = false;
  Loader larger(noise(14), options);
  CHECK(sizes == memory_of(14));
  larger.start(0);
  CHECK(larger.next()->size() == 14);
  CHECK(!larger.next());
}
