// Images that are left out by their paths.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/datasets/dataset.h"

namespace rdm {

// Whether a path, with / between its names, matches a pattern: * is any characters of a name, ? one
// of them, [a-z] or [!a-z] one of a set or not, ** any number of folders. A pattern without / is
// of any name on the path, one with / of the path from its beginning; a folder that matches takes
// along what is below it.
bool matches(std::string_view pattern, std::string_view path);

// The images that none of `exclude` is about, in their order. Each is a pattern of paths below the
// place that an image is from, or @ and a text file that lists paths: absolute, below the folder of
// that file or below the place. Throws bad_data where all images are excluded, where a list cannot
// be read, and, if `all_exclude`, where one of `exclude` excludes nothing.
std::vector<int64_t> not_excluded(const Dataset& dataset, const std::vector<std::string>& exclude,
                                  bool all_exclude);

}  // namespace rdm
