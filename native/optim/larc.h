// LARC (layer-wise adaptive rate) ahead of SGD, without clipping.
// Source: apex LARC as main_lincls.py --lars uses it; You et al. 2017.
#pragma once
#include "optim/sgd.h"

namespace rdm {

// Per tensor with both norms non-zero: q = trust·‖p‖ / (‖g‖ + wd·‖p‖ + 1e-8), g ← (g + wd·p)·q.
// The group's own weight decay must then be 0 in the step; `weight_decay` takes its place here.
void larc_scale(Sgd& optimizer, double weight_decay, double trust = 0.001);

}  // namespace rdm
