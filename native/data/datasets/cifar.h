// CIFAR-10 and CIFAR-100 as their authors publish them, in the binary and in the Python layout.
// Source: https://www.cs.toronto.edu/~kriz/cifar.html
#pragma once
#include <optional>
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

struct CifarFiles {
  std::string folder;    // with the batches in it
  bool hundred = false;  // CIFAR-100, fine labels
  bool python = false;   // pickles; else records of label and pixels
};

// Finds CIFAR's files in `root`, or in the folder below it that an archive unpacks to.
std::optional<CifarFiles> find_cifar(const std::string& root);

// Reads all images of the split (train or val) into memory, in the order of the files. Throws
// bad_data and names the file that is missing or wrong.
Dataset read_cifar(const CifarFiles& files, const std::string& split,
                   const DatasetOptions& options = {});

}  // namespace rdm
