// The features of some images, with small pictures of them: what rdm embed draws.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

// Of the split val, or of all images where there are no splits, in the evaluation view, evenly
// spaced in their order. Reports ProgressEvents, in
// images. Returns {stopped, images, places, dim, features (images × dim, row by row), labels,
// classes (both empty without labels), paths, thumbnails}: features and thumbnails are copies, the
// latter one JPEG of options.thumbnail pixels a tile, in rows of ⌈√images⌉, or null. Empty and null
// where it was stopped. Throws Error for what the user can mend.
Plain feature_set(const FeatureSetOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
