// LARC (layer-wise adaptive rate) ahead of SGD, without clipping.
// Source: apex LARC as main_lincls.py --lars uses it; You et al. 2017.
#pragma once
#include "optim/optimizer.h"

namespace rdm {

// Scales the gradient of each tensor whose norm and whose gradient's norm are not 0:
//   q = trust·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8),  g ← (g + wd·p)·q
// This includes the weight decay, so that the optimiser's own must be 0.
void larc_scale(Optimizer& optimizer, double weight_decay, double trust = 0.001);

}  // namespace rdm
