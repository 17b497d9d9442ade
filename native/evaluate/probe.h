// A linear classifier on frozen features, in seconds: rdm probe.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

struct ProbeOptions : DataOptions, NetworkOptions, LayerOptions {
  Plain record;  // the dictionary these came from, kept in a checkpoint
  std::string pretrained;
  std::string save;  // a checkpoint with the backbone and the classifier, or empty
  int64_t seed = 0;  // of the part that the strength is chosen on, and of few labels
  FewLabels few_labels;
  int64_t thumbnail = 0;  // side of the pictures of mistakes, pixels; 0: none

  void read(DictionaryReader& reader) {
    record = reader.whole();
    DataOptions::read(reader);
    NetworkOptions::read(reader);
    LayerOptions::read(reader);
    reader.read("pretrained", pretrained);
    reader.read("save", save);
    reader.read("seed", seed);
    reader.read("thumbnail", thumbnail);
    read_few_labels(reader, few_labels);
    few_labels.seed = static_cast<uint64_t>(seed);
  }
};

// Fits a classifier to the features of the training images (judging/linear_fit.h), and judges it by
// the validation images; all of them in the evaluation view. Reports ProgressEvents, in images.
// Returns {stopped, trainImages, valImages, places, classes (names), result: null or {strength,
// tried: [{strength, loss, top1}], top1, top5, meanPerClass, loss, calibrationError, confusion
// (C × C, row by row: true, then predicted), mistakes: [{label, predicted, count, images: [{path,
// confidence}]}], thumbnails}}: the commonest mistakes first, and a JPEG with a tile for each of
// their images in this order, or null. Throws Error for what the user can mend.
Plain probe(const ProbeOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
