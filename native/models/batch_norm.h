// Batch norm over (N, C) or (N, C, H, W), with torch's names. When it has joined a group, it
// normalises by the statistics of all ranks' batches (synchronised batch norm).
// Source: Ioffe and Szegedy 2015; torch.nn.SyncBatchNorm.
#pragma once
#include <torch/nn.h>

#include "distributed/group.h"

namespace rdm {

class BatchNormImpl : public torch::nn::BatchNormImplBase<0, BatchNormImpl> {
 public:
  using Base = torch::nn::BatchNormImplBase<0, BatchNormImpl>;
  using Base::Base;

  torch::Tensor forward(const torch::Tensor& x);
  void join(Group* group) { group_ = group; }

 private:
  void _check_input_dim(const torch::Tensor&) override {}

  Group* group_ = nullptr;
};
TORCH_MODULE(BatchNorm);

// Joins every batch norm inside a module to the group. In training, all ranks must then hold
// batches of one size.
void synchronise_batch_norms(torch::nn::Module& module, Group& group);

}  // namespace rdm
