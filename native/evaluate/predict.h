// The classes of images, by a checkpoint with a classifier: rdm predict.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

struct PredictOptions : SpectrumOptions {
  int64_t top = 0;  // classes of each image, the likeliest first; at most as many as there are

  void read(DictionaryReader& reader) {
    SpectrumOptions::read(reader);
    reader.positive("top", top);
  }
};

// Of the split val, or of all images where there are no splits, in the evaluation view. Reports
// ProgressEvents, in images. Returns {stopped, images, places, paths, outputs (of the classifier),
// top, classes (images × top, indices), probabilities (likewise)}; of an image that cannot be read
// all indices are -1. Throws Error for what the user can mend: bad_checkpoint where the file holds
// no classifier.
Plain predict(const PredictOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
