// Self-supervised pretraining: the loop of main_simsiam.py.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/options.h"
#include "run/summary.h"

namespace rdm {

// Runs to the last epoch, or until `stop` is asked for: the step is then finished and a checkpoint
// left. Checkpoints go to options.output/checkpoint_%04d.pth.tar, one an epoch, and with the step
// behind it, checkpoint_%04d-%06d.pth.tar, in the middle of one. Throws Error for what the user can
// mend.
Summary pretrain(const PretrainOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
