// Batch norm over (N, C) or (N, C, H, W), with torch's names. When it has joined a group, it
// normalises by the statistics of all ranks' batches (synchronised batch norm).
// Source: Ioffe and Szegedy 2015; torch.nn.SyncBatchNorm.
#pragma once
#include <torch/nn.h>

#include "distributed/group.h"
#include "layers/fused_norm.h"

namespace rdm {

// While it lives, what goes through a batch norm in training on this thread is that many views, one
// after another: each has statistics of its own, and the running ones follow in this order, as if
// each had come alone.
class ViewsApart {
 public:
  explicit ViewsApart(int64_t views);
  ~ViewsApart();
  ViewsApart(const ViewsApart&) = delete;
  ViewsApart& operator=(const ViewsApart&) = delete;

 private:
  int64_t before_;
};

class BatchNormImpl : public torch::nn::BatchNormImplBase<0, BatchNormImpl> {
 public:
  using Base = torch::nn::BatchNormImplBase<0, BatchNormImpl>;
  using Base::Base;

  torch::Tensor forward(const torch::Tensor& x);
  // ReLU of it, or of its sum with a shortcut of x's shape.
  torch::Tensor rectified(const torch::Tensor& x, const torch::Tensor& shortcut = {});
  void join(Group* group) { group_ = group; }

 private:
  void _check_input_dim(const torch::Tensor&) override {}
  torch::Tensor normalise(const torch::Tensor& x, const torch::Tensor& shortcut, bool relu);
  torch::Tensor by_torch(const torch::Tensor& x);
  torch::Tensor gain() const;   // (C), 1 without affine
  torch::Tensor shift() const;  // (C), 0 without affine
  BatchStatistics follow(const BatchStatistics& own, const torch::Tensor& x);

  Group* group_ = nullptr;
};
TORCH_MODULE(BatchNorm);

// Every batch norm inside a module normalises by what it has learnt, and nothing of it moves.
void freeze_batch_norms(torch::nn::Module& module);

// Joins every batch norm inside a module to the group. In training, all ranks must then hold
// batches of one size.
void synchronise_batch_norms(torch::nn::Module& module, Group& group);

}  // namespace rdm
