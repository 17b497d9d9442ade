// Folders of images: in the layout of torchvision's ImageFolder, or without classes.
#pragma once
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// Lists ROOT/SPLIT. Classes are the sorted names of its folders; a class's images are found at any
// depth, folder by folder, names sorted by their bytes, extensions as torchvision accepts them.
// Links are followed; a folder that several paths lead to counts once in a class. Where it has
// images and no folders, they are without labels.
// Throws bad_data when a folder is missing or a class has no images.
Dataset image_folder(const std::string& root, const std::string& split,
                     const DatasetOptions& options = {});

// Lists a folder whose folders are the classes: CLASS/**.
Dataset class_folder(const std::string& folder, const DatasetOptions& options = {});

// Lists the images at any depth below a folder, without labels, in the order in which they come
// where its folders are classes. A folder that several paths lead to counts once. Throws bad_data
// where there are none.
Dataset loose_folder(const std::string& folder, const DatasetOptions& options = {});

}  // namespace rdm
