// STL-10 as its authors publish it. Source: https://cs.stanford.edu/~acoates/stl10/
#pragma once
#include <optional>
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// The file of the 100,000 images without labels, which is a place of its own.
inline constexpr const char* kStl10Unlabelled = "unlabeled_X.bin";

// The folder that has STL-10's files: `root`, or the one below it that the archive unpacks to.
std::optional<std::string> find_stl10(const std::string& root);

// Reads the labelled images of the split (train, or val: the authors' test) into memory, in the
// order of the files. Throws bad_data and names the file that is missing or wrong.
Dataset read_stl10(const std::string& folder, const std::string& split,
                   const DatasetOptions& options = {});

// Reads a file of images without labels into memory. Throws bad_data.
Dataset read_stl10_unlabelled(const std::string& path, const DatasetOptions& options = {});

}  // namespace rdm
