// Which images a network is scored on. The same for every network: what is drawn of them depends on
// nothing else.
#pragma once
#include <cstdint>

namespace rdm {

struct ScoredImages {
  int64_t images = 2048;       // for RankMe and α-ReQ, in the evaluation view; 0: all
  int64_t lidar_images = 256;  // of them, evenly spaced; 0: no LiDAR
  int64_t lidar_views = 8;     // of each, drawn as SimSiam's
  uint64_t seed = 0;           // of these views
};

}  // namespace rdm
