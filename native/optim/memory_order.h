// The order in which the values of tensors lie in memory: an update that goes element by element
// needs no other.
#pragma once
#include <torch/types.h>

#include <initializer_list>
#include <vector>

namespace rdm {

// Whether two tensors of one shape lie in memory in the same order, without gaps.
bool in_one_order(const torch::Tensor& a, const torch::Tensor& b);

// Of lists whose i-th tensors belong together, makes those that lie in one order (numel) each: on a
// CPU LibTorch's fused optimisers copy what is channels_last into another order, and back.
void as_they_lie(std::initializer_list<std::vector<torch::Tensor>*> lists);

}  // namespace rdm
