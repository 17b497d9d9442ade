// One step of self-supervised training.
#pragma once
#include <torch/types.h>

#include "methods/method.h"
#include "optim/sgd.h"
#include "train/options.h"

namespace rdm {

// Forward under the precision's autocast, backward, optimiser. views: two (N, 3, S, S), on the
// method's device. Returns the scalar loss, on the device: nothing here waits for it.
torch::Tensor train_step(Method& method, Sgd& optimizer, const std::vector<torch::Tensor>& views,
                         Precision precision);

}  // namespace rdm
