// The optimiser to and from a checkpoint.
#pragma once
#include "checkpoint/checkpoint.h"
#include "optim/optimizer.h"

namespace rdm {

OptimizerState optimizer_state(Optimizer& optimizer);

// Momentum buffers, and the rate of the latest update until the schedule sets the next one's;
// decays are the run's own. Throws Code::bad_checkpoint naming `source` when the parameters do not
// match.
void load_optimizer_state(Optimizer& optimizer, const OptimizerState& state,
                          const std::string& source);

}  // namespace rdm
