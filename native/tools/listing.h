// The images of a dataset as a list, for those who read their bytes elsewhere.
#pragma once
#include "base/plain.h"

namespace rdm {

// listImages({data, split}): null where there is no such split, else {classes, paths, names,
// labels, offsets, bytes, width, height, pixels}. `names` are paths below their places, or of a
// shard's images their members' names, which their paths end with; `labels` is empty without them,
// `offsets` and `bytes` without shards, and `pixels` (images, height, width, 3) without CIFAR.
Plain list_images(const Plain& dictionary);

// The files that a place of shards stands for, as texts.
Plain shard_files(const Plain& place);

}  // namespace rdm
