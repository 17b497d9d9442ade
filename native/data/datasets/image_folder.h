// Folders of images in the layout of torchvision's ImageFolder: ROOT/SPLIT/CLASS/**.
#pragma once
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// Lists ROOT/SPLIT. Classes are the sorted names of its folders; a class's images are found at any
// depth, folder by folder, names sorted by their bytes, extensions as torchvision accepts them.
// Links are followed; a folder that several paths lead to counts once in a class.
// Throws bad_data when a folder is missing or a class has no images.
Dataset image_folder(const std::string& root, const std::string& split,
                     const DatasetOptions& options = {});

}  // namespace rdm
