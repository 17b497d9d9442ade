// Turns a run's options into those of the data path: which images, and how they are loaded.
#pragma once
#include <torch/types.h>

#include <string>

#include "data/loading/loader.h"
#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// The split (train or val) of options.data, with the statistics of options.dataset, reduced to
// options.classes and images_per_class.
Dataset open_split(const DataOptions& options, const std::string& split, int64_t images_per_class);

// The images that a trained network is looked at with: the split val, or all where there are no
// splits; evenly spaced in their order.
Dataset open_looked_at(const DataOptions& options, int64_t images);

// What all loaders of a run have in common; augmentation, batch size and order are left to the
// caller. Every rank of a group loads its share of the dataset.
LoaderOptions loader_options(const DataOptions& options, const Dataset& dataset, uint64_t seed,
                             torch::Device device, const Group* group);

// Loads every image of a dataset, or of a split, in the evaluation view: once in all, on some rank.
Loader evaluation_loader(const DataOptions& options, Dataset dataset, torch::Device device,
                         const Group* group);
Loader evaluation_loader(const DataOptions& options, const std::string& split,
                         int64_t images_per_class, torch::Device device, const Group* group);

// Throws bad_data, with the first class that only one of the two has.
void same_classes(const Dataset& train, const Dataset& val);

}  // namespace rdm
