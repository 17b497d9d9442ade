#include "data/subsets/subset.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/printable.h"
#include "base/random.h"
#include "data/subsets/exclusion.h"

namespace rdm {
namespace {

using Images = std::vector<int64_t>;  // indices into a dataset, in their order

constexpr uint64_t kSeed = 0;  // not the run's: every run with the same flags has the same images

// One group for images without labels.
size_t group_of(const Dataset& dataset, int64_t image) {
  return dataset.labelled() ? static_cast<size_t>(dataset.samples[image].label) : 0;
}

Images first_of_each_class(const Dataset& dataset, const Images& images, int64_t most) {
  std::vector<int64_t> count(dataset.classes.size(), 0);
  Images out;
  for (const int64_t image : images) {
    if (count[group_of(dataset, image)]++ < most) out.push_back(image);
  }
  return out;
}

Images drawn(const Dataset& dataset, const Images& images, int64_t count) {
  using Keyed = std::pair<uint64_t, int64_t>;  // a random number of the image, and the image
  std::vector<std::vector<Keyed>> groups(std::max<size_t>(dataset.classes.size(), 1));
  for (const int64_t image : images) {
    Stream stream(kSeed, 0, static_cast<uint64_t>(image), 0);
    groups[group_of(dataset, image)].emplace_back(stream.bits(), image);
  }
  std::vector<std::tuple<double, uint64_t, int64_t>> order;  // by the share of the class before it
  for (auto& group : groups) {
    std::sort(group.begin(), group.end());
    for (size_t rank = 0; rank < group.size(); ++rank) {
      const auto share = static_cast<double>(rank) / static_cast<double>(group.size());
      order.emplace_back(share, group[rank].first, group[rank].second);
    }
  }
  std::sort(order.begin(), order.end());
  Images out;
  for (int64_t i = 0; i < count; ++i) out.push_back(std::get<int64_t>(order[i]));
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

Dataset take_subset(Dataset dataset, const Subset& subset, bool all_exclude) {
  if (subset.images_per_class > 0) refuse_choice_by_class(dataset, "--images-per-class");
  Images images = not_excluded(dataset, subset.exclude, all_exclude);
  const auto all = static_cast<int64_t>(images.size());
  int64_t count = subset.images > 0 ? std::min(subset.images, all) : all;
  if (subset.fraction < 1) {
    count = std::max<int64_t>(std::llround(subset.fraction * static_cast<double>(all)), 1);
  }
  if (subset.images_per_class > 0) {
    images = first_of_each_class(dataset, images, subset.images_per_class);
  } else if (count < all) {
    images = drawn(dataset, images, count);
  }
  keep(dataset, images);
  return dataset;
}

}  // namespace rdm
