// A module's weights under their names, as Python's state_dict orders them.
#pragma once
#include <torch/nn.h>

#include <string>

#include "checkpoint/state_dict.h"
#include "models/encoder.h"

namespace rdm {

// Parameters and buffers, module by module. The tensors are the module's own, not copies.
StateDict state_dict(const torch::nn::Module& module, const std::string& prefix = "");

// Copies values into the module. Names and shapes must be exactly the module's; otherwise throws
// Code::bad_checkpoint with `source` and the first few differences.
void load_state_dict(torch::nn::Module& module, const StateDict& weights, const std::string& prefix,
                     const std::string& source);

// Copies the weights of a backbone, without a head, into a network, which keeps its own; fits them
// to it before, in place. Errors: load_state_dict's.
void load_backbone_weights(EncoderImpl& network, StateDict& backbone, const std::string& source);

// Converts convolution weights to channels_last, the layout in which the loader's batches arrive.
void to_channels_last(torch::nn::Module& module);

}  // namespace rdm
