// The rows of all ranks for losses that are no mean over rows: correlations, variances.
#pragma once
#include <torch/types.h>

#include "distributed/group.h"

namespace rdm {

// x of all ranks, (R·N, D), through which this rank's rows take their gradient; x itself where the
// process is alone. A loss made of it has the same value on every rank, and its gradient by this
// rank's rows comes R-fold: the mean over the ranks of the parameters' gradients is then the
// gradient of that loss.
torch::Tensor all_rows(const torch::Tensor& x, Group* group);

}  // namespace rdm
