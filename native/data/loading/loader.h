// Batches of augmented images, made ahead of the training loop by worker threads.
// The views of an image are a function of (seed, epoch, image, view) alone. So batches are the same
// with any number of workers, and an epoch can start at any of its steps.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "data/datasets/dataset.h"
#include "data/loading/sampler.h"
#include "data/pixels/augmentation.h"

namespace rdm {

using Augmentation = std::variant<std::vector<RandomView>, CentreView>;

// What happens to a file that does not decode: skip replaces it by an image that a random stream of
// its own chooses; stop ends the epoch with an error that names it.
enum class OnBadImage { skip, stop };

// exact: Pillow's pixels. fast: JPEG files are decoded at 1/2, 1/4 or 1/8 of their size if every
// view still shrinks what is left; the views differ by less than 2 grey levels on average.
enum class Decode { exact, fast };

struct LoaderOptions {
  int64_t batch_size = 256;
  int workers = 1;   // threads; fewer than one counts as one
  int prefetch = 2;  // batches made ahead of the one handed out
  uint64_t seed = 0;
  bool shuffle = true;
  bool drop_last = true;
  Share share;  // of each epoch's order
  Augmentation augmentation;
  Statistics statistics;
  bool bytes = false;  // views as bytes: who takes them normalises them
  Decode decode = Decode::exact;
  OnBadImage on_bad_image = OnBadImage::skip;
  int64_t max_image_pixels = 178'956'970;  // refuse larger images, as Pillow does
  // Allocates the memory of a batch, such as pinned memory; by default ordinary memory.
  std::function<std::shared_ptr<void>(size_t bytes)> allocate;
};

// An image that was replaced.
struct BadImage {
  int64_t image = 0;  // index into the dataset
  std::string path, reason;
};

// Seconds that the workers spent, added up over all of them since the loader was made.
struct LoaderTimes {
  double decode = 0;    // reading and decoding
  double augment = 0;   // from pixels to the batch
  double consumer = 0;  // waiting for the training loop to give a batch back
};

namespace detail {
class Ring;
struct Slot;
}  // namespace detail

// A batch that is borrowed from the loader: its memory is used again once the handle is destroyed.
// May outlive the loader.
class Batch {
 public:
  Batch(Batch&&) noexcept = default;
  Batch& operator=(Batch&& other) noexcept;
  ~Batch();

  int64_t size() const;  // images, N
  int views() const;
  int64_t image_size(int index) const;    // of a view: pixels on a side, S
  const float* view(int index) const;     // (N, S, S, 3), normalised: channels_last memory
  const uint8_t* bytes(int index) const;  // the same where the loader's options say bytes
  const int64_t* labels() const;          // (N)
  const int64_t* images() const;          // (N), indices into the dataset
  int64_t step() const;                   // within the epoch

 private:
  friend class Loader;
  Batch(std::shared_ptr<detail::Ring> ring, detail::Slot* slot);
  void release();

  std::shared_ptr<detail::Ring> ring_;
  detail::Slot* slot_;
};

class Loader {
 public:
  // Throws bad_data when the dataset cannot fill one batch and `drop_last` is set.
  Loader(Dataset dataset, LoaderOptions options);
  ~Loader();  // stops at once: no worker finishes more than the image in its hands

  const Dataset& dataset() const;
  const LoaderOptions& options() const;
  int64_t steps_per_epoch() const;
  // How many batches can be held at a time while one is left for the workers to fill.
  size_t most_held() const;

  // Begins an epoch, at a later step when a run goes on in its middle. The rest of an epoch in
  // progress is dropped. Throws std::out_of_range where the epoch has no such step.
  void start(int64_t epoch, int64_t first_step = 0);

  // Waits for the next batch in order; nothing at the end of the epoch. Throws what a worker threw
  // over an image of this batch (an ImageError that names the file), which ends the epoch. If bad
  // images are skipped, that happens only when a hundred in a row are bad.
  std::optional<Batch> next();

  LoaderTimes times() const;
  // Bad images since the loader was made, each once, in the order of the dataset; those that the
  // run met before it was resumed are added.
  std::vector<BadImage> bad_images() const;
  void add_bad_images(const std::vector<BadImage>& met);

  // Changes order and views of the epochs that start from here on.
  void set_seed(uint64_t seed);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rdm
