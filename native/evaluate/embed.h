// Vectors of images, in a file: rdm embed.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

// What options.features of options.pretrained makes of the images that a network is looked at with,
// in the evaluation view: a row an image, in the order of their listing, into options.file
// (vectors/partial_file.h), with their paths and labels in FILE.csv once all are there. The row of
// an image that cannot be read is NaN. Goes on where an earlier call was ended. The rows are the
// same for any number of workers, and however often it was ended: batches are. Reports
// ProgressEvents, in images. Returns {stopped, images, rows, dim, resumed, places, classes}: so
// many rows are written, `resumed` of them earlier. Throws Error for what the user can mend.
Plain embed(const EmbedOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
