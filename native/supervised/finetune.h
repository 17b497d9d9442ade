// Fine-tuning: the whole network learns with labels, few or all.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/supervised.h"
#include "run/summary.h"

namespace rdm {

// Trains the backbone of options.checkpoint with a new classifier, and evaluates both after each
// epoch. Checkpoints go to options.output as lincls's do, and hold the same. Throws Error for what
// the user can mend.
Summary finetune(const FinetuneOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
