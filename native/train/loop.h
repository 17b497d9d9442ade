// The one loop that trains.
#pragma once
#include "train/run.h"

namespace rdm {

// To the last epoch, or until the run is to stop: the update is then finished and a checkpoint
// left.
Summary train(Run& run, Learner& learner);

}  // namespace rdm
