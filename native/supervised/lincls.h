// Linear evaluation: the loop of main_lincls.py.
#pragma once
#include <stop_token>

#include "base/event.h"
#include "options/supervised.h"
#include "run/summary.h"

namespace rdm {

// Trains a linear classifier on the frozen backbone of options.pretrained and evaluates it after
// each epoch. With options.evaluate it trains none, and evaluates the one of options.resume, or
// else the one that is in options.pretrained beside the backbone. Checkpoints go to options.output:
// checkpoint.pth.tar, and the best of them to model_best.pth.tar. Throws Error for what the user
// can mend.
Summary lincls(const LinclsOptions& options, const Sink& sink, std::stop_token stop);

}  // namespace rdm
