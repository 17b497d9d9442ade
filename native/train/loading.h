// The run's options as the data path's: which images, and how they are loaded.
#pragma once
#include <torch/types.h>

#include <string>

#include "base/event.h"
#include "data/loader.h"
#include "distributed/group.h"
#include "train/meters.h"
#include "train/options.h"

namespace rdm {

// The split (train or val) of options.data, reduced to options.classes and images_per_class.
// With the statistics of options.dataset.
Dataset open_split(const DataOptions& options, const std::string& split, int64_t images_per_class);

// What every loader of a run has in common; recipe, batch size and order are the caller's.
// Every rank of a group loads its share of the dataset.
LoaderOptions loader_options(const DataOptions& options, const Dataset& dataset, uint64_t seed,
                             torch::Device device, const Group* group);

// Every image of a dataset, or of a split, once over all ranks, in the evaluation view.
Loader evaluation_loader(const DataOptions& options, Dataset dataset, torch::Device device,
                         const Group* group);
Loader evaluation_loader(const DataOptions& options, const std::string& split,
                         int64_t images_per_class, torch::Device device, const Group* group);

// Throws bad_data naming the first class that only one of the two has.
void same_classes(const Dataset& train, const Dataset& val);

// An epoch's end; the loader's times are what it spent between `before` and `after`.
EpochEvent epoch_event(const Meters& meters, const EpochMeans& means, int64_t epoch,
                       const LoaderTimes& after, const LoaderTimes& before);

// Lists the images a loader had to replace in OUTPUT/bad-images-SPLIT.txt (path, tab, reason), and
// warns when there are more of them than `reported`, which it brings up to date. Of several ranks
// each writes its own list, those after the first to bad-images-SPLIT.RANK.txt.
void report_bad_images(const Loader& loader, const std::string& split, const std::string& output,
                       const Sink& sink, size_t& reported, const Group* group);

}  // namespace rdm
