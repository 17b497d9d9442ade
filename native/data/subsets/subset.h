// Which of the images that were listed a run takes.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "data/datasets/dataset.h"

namespace rdm {

// First what is excluded goes, then at most one of the three numbers says how many are left.
struct Subset {
  std::vector<std::string> exclude;  // as Exclusion has them
  int64_t images_per_class = 0;      // the first so many of each class in their order; 0: all
  int64_t images = 0;                // so many, drawn; 0: all
  double fraction = 1;               // this share of them, at least one, drawn
};

// The images of the subset, in their order. Drawing puts them in an order in which every class is
// spread evenly (first one of each class) and takes its beginning: so a smaller subset lies in a
// larger one, and classes keep their shares. The order depends on nothing but the listing: it is a
// part of the data, not of a run. Throws bad_data where a class is asked for and there are none,
// where nothing is left, and, if `all_exclude`, for a pattern that excludes nothing.
Dataset take_subset(Dataset dataset, const Subset& subset, bool all_exclude = true);

}  // namespace rdm
