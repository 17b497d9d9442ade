#include "device/loading.h"

#include <torch/torch.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/error.h"
#include "device/feed.h"

namespace rdm {

namespace {

constexpr const char* kNone = "none";

DatasetOptions wanted(const DataOptions& options) {
  DatasetOptions wanted;
  if (!options.classes.empty()) wanted.classes = read_class_list(options.classes);
  return wanted;
}

}  // namespace

Dataset open_training(const DataOptions& options, bool labelled) {
  auto chosen = wanted(options);
  chosen.labels = options.labels;
  chosen.class_folders = labelled;
  return take_subset(open_places(options.data, "train", chosen), options.subset);
}

Dataset open_labelled(const DataOptions& options, const FewLabels& few, const std::string& what) {
  auto dataset = open_training(options, /*labelled=*/true);
  require_labels(dataset, what);
  if (dataset.classes.size() == 1) {
    throw Error(Code::bad_data,
                message(what, " tells classes apart, and there is one: ", dataset.classes.front()),
                "give images of two or more classes");
  }
  return take_labels(std::move(dataset), few);
}

bool has_validation(const DataOptions& options) {
  if (options.val == kNone) return false;
  return !options.val.empty() || has_split(options.data, "val");
}

Dataset open_validation(const DataOptions& options) {
  if (options.val == kNone) {
    throw Error(Code::usage, "validation images are needed, and --val is none",
                "leave --val out, or name their place");
  }
  auto chosen = wanted(options);
  const Subset subset{options.subset.exclude, options.val_images_per_class};
  // What is to be left out need not be among these too.
  constexpr bool kAllExclude = false;
  if (options.val.empty()) {
    return take_subset(open_places(options.data, "val", chosen), subset, kAllExclude);
  }
  chosen.class_folders = true;
  return take_subset(open_shown({options.val}, chosen), subset, kAllExclude);
}

Dataset open_looked_at(const DataOptions& options) {
  auto chosen = wanted(options);
  chosen.labels = options.labels;
  const Subset subset{options.subset.exclude};
  auto dataset = take_subset(open_shown(options.data, chosen), subset);
  return evenly_spaced(std::move(dataset), options.subset.images);
}

Statistics statistics_for(const DataOptions& options, const Dataset& dataset) {
  auto statistics = statistics_of(options.dataset, dataset);
  if (options.mean) statistics.mean = *options.mean;
  if (options.std) statistics.std = *options.std;
  return statistics;
}

LoaderOptions loader_options(const DataOptions& options, const Dataset& dataset, uint64_t seed,
                             torch::Device device, const Group* group) {
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  LoaderOptions loader;
  loader.workers = static_cast<int>(std::min<int64_t>(options.workers, processors));
  loader.seed = seed;
  loader.statistics = statistics_for(options, dataset);
  loader.decode = options.decode;
  loader.on_bad_image = options.on_bad_image;
  loader.max_image_pixels = options.max_image_pixels;
  loader.allocate = batch_memory(device);
  loader.bytes = !device.is_cpu();
  if (group) loader.share = {group->rank(), group->size()};
  return loader;
}

Loader evaluation_loader(const DataOptions& options, Dataset dataset, torch::Device device,
                         const Group* group) {
  auto loader = loader_options(options, dataset, /*seed=*/0, device, group);  // nothing is drawn
  loader.share.padded = false;
  loader.batch_size = options.val_batch_size;
  loader.shuffle = false;
  loader.drop_last = false;
  loader.augmentation = CentreView{options.val_resize, options.crop_size};
  return Loader(std::move(dataset), loader);
}

void same_classes(const Dataset& train, const Dataset& val) {
  if (train.classes == val.classes) return;
  std::vector<std::string> different;
  std::set_symmetric_difference(train.classes.begin(), train.classes.end(), val.classes.begin(),
                                val.classes.end(), std::back_inserter(different));
  throw Error(Code::bad_data,
              message("the classes of train (", train.classes.size(), ") and val (",
                      val.classes.size(), ") in ", train.root, " differ, first in ", different[0]),
              "both folders must have the same class folders");
}

}  // namespace rdm
