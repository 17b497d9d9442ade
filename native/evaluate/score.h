// Scores of a checkpoint without labels: rdm score.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "evaluate/scored_images.h"
#include "options/options.h"

namespace rdm {

struct ScoreOptions : SpectrumOptions, LayerOptions {
  ScoredImages scored;

  void read(DictionaryReader& reader) {
    SpectrumOptions::read(reader);
    LayerOptions::read(reader);
    scored.images = subset.images;
    int64_t seed = 0;
    reader.read("lidarImages", scored.lidar_images);
    reader.positive("lidarViews", scored.lidar_views);
    reader.read("seed", seed);
    scored.seed = static_cast<uint64_t>(seed);
  }
};

// Of the split val, or of all images where there are no splits. Reports ProgressEvents, in views.
// Returns {stopped, images, places, rankMe, alphaReq, lidar}. Throws Error for what the user can
// mend.
Plain score(const ScoreOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
