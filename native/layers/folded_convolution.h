// A convolution of a network for inference, in one pass with what follows it.
#pragma once
#include <torch/nn.h>

namespace rdm {

// relu(conv(x) + shortcut): x (N, C, H, W), shortcut as conv(x) or undefined; its memory is taken
// for the output. Carries no gradient. What is no number stays none. In the type of autocast
// where that is on.
torch::Tensor rectified_convolution(torch::nn::Conv2dImpl& conv, const torch::Tensor& x,
                                    torch::Tensor shortcut = {});

}  // namespace rdm
