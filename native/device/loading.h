// The run's options as the data path's: which images, and how they are loaded.
#pragma once
#include <torch/types.h>

#include <string>

#include "data/loading/loader.h"
#include "distributed/group.h"
#include "options/options.h"

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

}  // namespace rdm
