// One thread's part of the loader: makes the views of an image of the dataset.
#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

#include "data/codecs/codec.h"
#include "data/loading/loader.h"
#include "data/pixels/view.h"

namespace rdm {

// The images that were replaced; shared by the workers.
class BadImageList {
 public:
  void add(BadImage bad);
  std::vector<BadImage> sorted() const;

 private:
  mutable std::mutex mutex_;
  std::map<int64_t, BadImage> images_;
};

// Owns what one thread reuses from image to image.
class Worker {
 public:
  // The arguments have to outlive the worker.
  Worker(const Dataset& dataset, const LoaderOptions& options, BadImageList& bad);

  // Writes each view of the image to its place in `out`, of the kind that the loader's options ask
  // for. Gives the image that was used, which is another one if this one is bad and bad ones are
  // skipped. Throws an Error that names the file.
  int64_t make_views(int64_t epoch, int64_t image, std::span<void* const> out);

  // Nanoseconds that the last make_views took.
  struct Times {
    int64_t decode, augment;
  };
  Times times() const { return times_; }

 private:
  Decoded decode(int64_t epoch, int64_t image, int64_t used);
  void augment(const Decoded& source, std::span<void* const> out);

  const Dataset& dataset_;
  const LoaderOptions& options_;
  BadImageList& bad_;
  Decoder decoder_;
  Workspace workspace_;
  std::vector<Draw> draws_;
  Times times_{};
};

}  // namespace rdm
