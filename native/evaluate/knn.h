// k-nearest-neighbour evaluation of a backbone: rdm knn.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

// Classifies the validation images by the training images nearest to them in the features that
// options.features of options.pretrained makes, all in the evaluation view. Reports ProgressEvents,
// in images. Returns {stopped, trainImages, valImages, results: [{k, temperature, distance, top1,
// top5}]}, accuracies in percent. Throws Error for what the user can mend.
Plain knn(const KnnOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
