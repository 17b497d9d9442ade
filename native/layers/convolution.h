// The convolution of the ResNets.
#pragma once
#include <torch/nn.h>

namespace rdm {

// torch::nn::Conv2d, of which maps that the kernel covers take a shorter way: in the last stages of
// a network on images of 32 pixels a map is of 1×1 or 2×2, and most of a 3×3 kernel lies on
// padding. Each position of the output is then a linear layer of the whole map, whose weights are
// the window of the kernel that it sees: the same sums without the zeros, in one product of
// matrices. The gradients of a 1×1 kernel of many weights are products of matrices, too.
class ConvolutionImpl : public torch::nn::Conv2dImpl {
 public:
  using Conv2dImpl::Conv2dImpl;
  torch::Tensor forward(const torch::Tensor& x);  // (N, in, H, W) to (N, out, H/stride, W/stride)
};
TORCH_MODULE(Convolution);

}  // namespace rdm
