// Images that a file lists: a path on each line, or a table with columns for path and label.
#pragma once
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// Reads a text file with one path on each line, or standard input (`-`). A relative path is below
// the file's folder, or below the working folder for standard input. Blank lines count as none;
// there are no comments, as a file's name may begin with #. The images have no labels, and keep
// their order. Throws bad_data and names the line where a path is wrong: too long, with control
// characters, relative and out of the folder, listed before, or, of 10,000 that are looked at
// evenly spaced (all of a shorter list), not there. What is found missing later is a bad image.
Dataset image_list(const std::string& file, const DatasetOptions& options = {});

// Reads comma-separated values: path, or path and label, as RFC 4180 quotes them but for line ends
// within quotes. A first line whose cells are `path` and maybe `label`, among others, names the
// columns. Classes are the sorted labels. Throws bad_data likewise, and where a label is missing.
Dataset image_table(const std::string& file, const DatasetOptions& options = {});

}  // namespace rdm
