// Images in shards: tar archives of images and their labels, as WebDataset has them.
#pragma once
#include <string>

#include "data/datasets/dataset.h"

namespace rdm {

// Lists the images of a shard, or of a range of them, shard by shard in the order of their members.
// Classes are the sorted labels. What is to be told of the indices is in the source's notes. Throws
// bad_data as open_shard does, for shards without images, and where some shards have labels and
// others none.
Dataset open_shards(const std::string& place, const DatasetOptions& options, Source& source);

}  // namespace rdm
