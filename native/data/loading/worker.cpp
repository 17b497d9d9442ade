#include "data/loading/worker.h"

#include <algorithm>
#include <utility>

#include "data/loading/clock.h"

namespace rdm {
namespace {

// The number of the random stream that chooses replacements; those of views count from 0.
constexpr uint64_t kReplacement = ~uint64_t{0};
constexpr int kMostBadInARow = 100;

}  // namespace

void BadImageList::add(BadImage bad) {
  std::lock_guard lock(mutex_);
  images_.try_emplace(bad.image, std::move(bad));
}

std::vector<BadImage> BadImageList::sorted() const {
  std::lock_guard lock(mutex_);
  std::vector<BadImage> out;
  for (const auto& [image, bad] : images_) out.push_back(bad);
  return out;
}

Worker::Worker(const Dataset& dataset, const LoaderOptions& options, BadImageList& bad)
    : dataset_(dataset), options_(options), bad_(bad), decoder_(options.max_image_pixels) {}

// Views are drawn from the image's size before a pixel is decoded, so that only the pixels that
// they need are decoded. The draws are those of `image` even if `used` replaces it.
Decoded Worker::decode(int64_t epoch, int64_t image, int64_t used) {
  const bool in_memory = dataset_.in_memory();
  const Extent extent = in_memory ? Extent{dataset_.width, dataset_.height}
                                  : open_image(decoder_, dataset_, dataset_.samples[used]);
  Box needed{0, 0, extent.width, extent.height};
  int64_t reduction = extent.width;  // the least number by which a view shrinks what it is cut from
  draws_.clear();
  if (const auto* random = std::get_if<std::vector<RandomView>>(&options_.augmentation)) {
    for (const auto& view : *random) {
      Stream stream(options_.seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(image),
                    draws_.size());
      draws_.push_back(draw(view, extent.width, extent.height, stream));
      const Box& crop = draws_.back().crop;
      needed = draws_.size() == 1 ? crop : hull(needed, crop);
      reduction = std::min(reduction, std::min(crop.width, crop.height) / view.size);
    }
  } else {
    const auto [resize, size] = std::get<CentreView>(options_.augmentation);
    needed = needed_box(plan_centre(extent.width, extent.height, resize, size));
    reduction = std::min(extent.width, extent.height) / resize;
  }
  if (in_memory) {
    const int64_t stride = dataset_.width * 3;
    return {{dataset_.pixels.data() + used * dataset_.height * stride, dataset_.width,
             dataset_.height, stride},
            extent};
  }
  return options_.decode == Decode::fast ? decoder_.decode_fast(needed, reduction)
                                         : decoder_.decode(needed);
}

void Worker::augment(const Decoded& source, std::span<void* const> out) {
  if (const auto* centre = std::get_if<CentreView>(&options_.augmentation)) {
    if (options_.bytes) return apply(*centre, source, workspace_, static_cast<uint8_t*>(out[0]));
    return apply(*centre, source, options_.statistics, workspace_, static_cast<float*>(out[0]));
  }
  const auto& random = std::get<std::vector<RandomView>>(options_.augmentation);
  for (size_t v = 0; v < random.size(); ++v) {
    if (options_.bytes) {
      apply(random[v], draws_[v], source, workspace_, static_cast<uint8_t*>(out[v]));
    } else {
      apply(random[v], draws_[v], source, options_.statistics, workspace_,
            static_cast<float*>(out[v]));
    }
  }
}

int64_t Worker::make_views(int64_t epoch, int64_t image, std::span<void* const> out) {
  const auto begin = Clock::now();
  auto decoded = begin;
  Stream replacement(options_.seed, static_cast<uint64_t>(epoch), static_cast<uint64_t>(image),
                     kReplacement);
  int64_t used = image;
  for (int attempt = 1;; ++attempt) {
    try {
      naming_the_image(dataset_.samples[used], [&] {
        const Decoded source = decode(epoch, image, used);
        decoded = Clock::now();
        augment(source, out);
      });
      times_ = {nanoseconds(begin, decoded), nanoseconds(decoded, Clock::now())};
      return used;
    } catch (const ImageError& error) {
      if (options_.on_bad_image == OnBadImage::stop) throw;
      bad_.add({used, error.path, error.reason});
      if (attempt == kMostBadInARow) {
        throw Error(Code::bad_data,
                    message(kMostBadInARow, " images in a row were bad; the last: ", error.what()),
                    "look at the folder: rdm data check lists what is broken");
      }
      used = static_cast<int64_t>(replacement.below(static_cast<uint64_t>(dataset_.size())));
    }
  }
}

}  // namespace rdm
