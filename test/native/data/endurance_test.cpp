// The loader over many epochs and many stops: memory stays flat, no thread and no file is left
// over.
#include <doctest/doctest.h>

#include "data/datasets/image_folder.h"
#include "data/datasets/synthetic.h"
#include "data/loading/loader.h"
#include "data/process.h"
#include "data/scratch.h"

using namespace rdm;
using namespace rdm::test;

namespace {

LoaderOptions views(int workers) {
  LoaderOptions options;
  options.batch_size = 8;
  options.workers = workers;
  options.augmentation = std::vector<RandomView>(2, RandomView{.size = 32});
  return options;
}

Dataset small_dataset(const Scratch& scratch) {
  synthesize(scratch.path.string(), {.train_per_class = 8, .val_per_class = 0, .size = 32});
  return image_folder(scratch.path.string(), "train");
}

}  // namespace

TEST_CASE("200 starts and stops in mid-epoch leave no thread and no file open") {
  const Scratch scratch;
  const Dataset dataset = small_dataset(scratch);
  {
    Loader warm(dataset, views(2));
  }
  const int64_t threads_before = threads(), files_before = open_files();
  for (int round = 0; round < 100; ++round) {
    Loader loader(dataset, views(1 + round % 4));
    for (int64_t epoch = 0; epoch < 2; ++epoch) {
      loader.start(epoch, round % 3);
      for (int i = 0; i < round % 5; ++i) loader.next();
    }
  }
  CHECK(threads() == threads_before);
  CHECK(open_files() == files_before);
}

TEST_CASE("memory stays flat over 50 epochs") {
  const Scratch scratch;
  Loader loader(small_dataset(scratch), views(3));
  int64_t early = 0;
  for (int64_t epoch = 0; epoch < 50; ++epoch) {
    loader.start(epoch);
    while (loader.next()) {
    }
    if (epoch == 9) early = memory();
  }
  if (!sanitized()) CHECK(memory() - early < 1 << 20);
}
