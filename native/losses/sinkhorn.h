// SwAV's targets: images assigned to prototypes so that each prototype gets as many, by rounds of
// Sinkhorn and Knopp's algorithm. Source: Caron et al. 2020, section 3.1; Cuturi 2013; solo-learn.
#pragma once
#include <torch/types.h>

#include "losses/options.h"

namespace rdm {

// logits: (B, K), of the images of all ranks. Q = exp(logits / ε) over its total; a round divides
// each column by K times its sum, then each row by B times its own. Returns B · Q, (B, K), whose
// rows add up to 1.
torch::Tensor sinkhorn(const torch::Tensor& logits, const SinkhornOptions& options);

}  // namespace rdm
