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

// The CIFAR files in the folder or in the folder that their archives unpack to; nothing where there
// are none.
std::optional<CifarFiles> find_cifar(const std::string& root);

// All images of the split (train or val) in memory, in the files' order. Throws bad_data naming the
// file that is missing or wrong.
Dataset read_cifar(const CifarFiles& files, const std::string& split,
                   const DatasetOptions& options = {});

}  // namespace rdm
