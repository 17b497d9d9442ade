// The networks that methods have in common.
#pragma once
#include <torch/nn.h>

#include "methods/options.h"
#include "models/encoder.h"

namespace rdm {

// A projector from its widths: in, hidden, out.
using Projector = torch::nn::Sequential (*)(int64_t, int64_t, int64_t);

// The backbone with its projector as the head, the options' widths.
Encoder make_encoder(const MethodOptions& options, Projector projector);

// Of all of these, in their order.
std::vector<torch::Tensor> parameters_of(std::initializer_list<const torch::nn::Module*> networks);

}  // namespace rdm
