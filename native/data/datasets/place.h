// A place is where images are: a folder in one of several layouts, or a file that lists them. What
// it is, is told from what lies there.
#pragma once
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// folder (SPLIT/CLASS/**), images (at any depth, without classes and splits), list (.txt, or `-`
// for standard input), table (.csv), shards (.tar, also a range of them), or of their authors:
// cifar10-binary, cifar10-python, cifar100-binary, cifar100-python, stl10-binary, stl10-unlabelled.
// Throws bad_data for a file of another kind.
std::string layout_of(const std::string& place);

// Whether its images are split into train and val: those of a folder with classes, of CIFAR, of
// STL-10's folder.
bool has_splits(const std::string& place);
bool has_split(const std::string& place, const std::string& split);

// Opens a split (train or val) of a place. Images without splits are all training images. Throws
// bad_data and names what is missing or wrong.
Dataset open_dataset(const std::string& place, const std::string& split,
                     const DatasetOptions& options = {});

}  // namespace rdm
