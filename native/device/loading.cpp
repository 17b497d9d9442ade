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

DatasetOptions wanted(const DataOptions& options, int64_t images_per_class) {
  DatasetOptions wanted;
  wanted.images_per_class = images_per_class;
  if (!options.classes.empty()) wanted.classes = read_class_list(options.classes);
  return wanted;
}

Dataset with_statistics(Dataset dataset, const DataOptions& options) {
  dataset.statistics = statistics_of(options.dataset, dataset);
  return dataset;
}

}  // namespace

Dataset open_training(const DataOptions& options, bool labelled) {
  auto chosen = wanted(options, options.images_per_class);
  chosen.labels = options.labels;
  chosen.class_folders = labelled;
  return with_statistics(open_places(options.data, "train", chosen), options);
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
  auto chosen = wanted(options, options.val_images_per_class);
  if (options.val.empty()) {
    return with_statistics(open_places(options.data, "val", chosen), options);
  }
  chosen.class_folders = true;
  return with_statistics(open_shown({options.val}, chosen), options);
}

Dataset open_looked_at(const DataOptions& options, int64_t images) {
  auto chosen = wanted(options, /*images_per_class=*/0);
  chosen.labels = options.labels;
  auto dataset = open_shown(options.data, chosen);
  return evenly_spaced(with_statistics(std::move(dataset), options), images);
}

LoaderOptions loader_options(const DataOptions& options, const Dataset& dataset, uint64_t seed,
                             torch::Device device, const Group* group) {
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  LoaderOptions loader;
  loader.workers = static_cast<int>(std::min<int64_t>(options.workers, processors));
  loader.seed = seed;
  loader.statistics = dataset.statistics;
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
