// Turns a run's options into those of the data path: which images, and how they are loaded.
#pragma once
#include <torch/types.h>

#include "data/loading/loader.h"
#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// The training images of options.data, reduced to options.classes and options.subset. labelled:
// where they have to have labels, folders of a place without splits are classes.
Dataset open_training(const DataOptions& options, bool labelled);

// Those whose labels `what` (rdm lincls) learns from: likewise, and of them `few`. Throws bad_data
// where they have no labels, or all the same one.
Dataset open_labelled(const DataOptions& options, const FewLabels& few, const std::string& what);

// Whether there are validation images: those of options.val, or else a split val.
bool has_validation(const DataOptions& options);

// The validation images, likewise, reduced to options.val_images_per_class and without what
// options.subset excludes. Throws usage where options.val says that there are none.
Dataset open_validation(const DataOptions& options);

// The images that a trained network is looked at with: the split val, or all where there are no
// splits; without what options.subset excludes, and as many as it says, evenly spaced.
Dataset open_looked_at(const DataOptions& options);

// What pixels are normalised with: options.mean and std, or those of options.dataset.
Statistics statistics_for(const DataOptions& options, const Dataset& dataset);

// What all loaders of a run have in common; augmentation, batch size and order are left to the
// caller. Every rank of a group loads its share of the dataset.
LoaderOptions loader_options(const DataOptions& options, const Dataset& dataset, uint64_t seed,
                             torch::Device device, const Group* group);

// Loads every image of a dataset in the evaluation view: once in all, on some rank.
Loader evaluation_loader(const DataOptions& options, Dataset dataset, torch::Device device,
                         const Group* group);

// Throws bad_data, with the first class that only one of the two has.
void same_classes(const Dataset& train, const Dataset& val);

}  // namespace rdm
