// A module's weights under their names, as Python's state_dict orders them.
#pragma once
#include <torch/nn.h>

#include <string>

#include "checkpoint/state_dict.h"

namespace rdm {

// Parameters and buffers, module by module; the tensors are the module's own, not copies.
StateDict state_dict(const torch::nn::Module& module, const std::string& prefix = "");

// Copies values into the module. Every name must be there, of the same shape, and no other:
// otherwise Code::bad_checkpoint names `source` and the first few differences.
void load_state_dict(torch::nn::Module& module, const StateDict& weights, const std::string& prefix,
                     const std::string& source);

// The weights of a backbone, without fc, into a network that has one; its own fc stays.
void load_backbone_weights(torch::nn::Module& network, StateDict backbone,
                           const std::string& source);

// Convolution weights to channels_last, in which the loader's batches arrive.
void to_channels_last(torch::nn::Module& module);

}  // namespace rdm
