// What holds wherever a whole network is trained, whatever its loss.
#pragma once
#include <torch/nn.h>

#include <string>

#include "checkpoint/state_dict.h"
#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// Throws bad_checkpoint where the file's backbone takes images in by another stem than `spec`, or
// by patches of another size.
void refuse_other_input(const StateDict& backbone, const BackboneSpec& spec,
                        const std::string& path);

// Every rank with the weights of the first, and batch norms over the batch of all.
void start_alike(torch::nn::Module& module, Group& group);

}  // namespace rdm
