// Singular values of a checkpoint's features on real images: rdm spectrum.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"

namespace rdm {

// Of the split val, or of all images where there are no splits, in the evaluation view, uncentred,
// as the filter and the rank monitor see features. Reports ProgressEvents, in images. Returns
// {stopped, images, places, spectra: [{branch, features, dim, singularValues, effectiveRank,
// effectiveRankSquared}], compared}: of each branch the backbone and, where there is one, the
// projector; singular values fall. compared: what the method compares (lens.h), or null. Throws
// Error for what the user can mend.
Plain spectrum(const SpectrumOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
