#include "distributed/reducer.h"

#include <torch/torch.h>

#include <algorithm>
#include <torch/csrc/distributed/c10d/reducer.hpp>

namespace rdm {
namespace {

constexpr size_t kFirstBucket = 1 << 20, kBucket = 25 << 20;  // bytes, as DistributedDataParallel

// The backward pass finishes the last layers first, so that their gradients go into the first
// bucket.
std::vector<std::vector<size_t>> buckets_of(const std::vector<torch::Tensor>& parameters) {
  std::vector<torch::Tensor> reversed(parameters.rbegin(), parameters.rend());
  std::vector<int64_t> indices;
  for (size_t i = parameters.size(); i > 0; --i) indices.push_back(static_cast<int64_t>(i - 1));
  return std::get<0>(
      c10d::compute_bucket_assignment_by_size(reversed, {kFirstBucket, kBucket}, {}, indices));
}

std::unique_ptr<c10d::Reducer> make_reducer(const std::vector<torch::Tensor>& parameters,
                                            c10d::ProcessGroup& processes) {
  const auto group = c10::intrusive_ptr<c10d::ProcessGroup>::reclaim_copy(&processes);
  const std::vector<bool> dense(parameters.size(), false);
  const auto first = static_cast<int64_t>(kFirstBucket), other = static_cast<int64_t>(kBucket);
  return std::make_unique<c10d::Reducer>(parameters, buckets_of(parameters), group, dense, other,
                                         /*find_unused_parameters=*/false,
                                         /*gradient_as_bucket_view=*/true,
                                         std::unordered_map<size_t, std::string>{}, first,
                                         /*skip_all_reduce_unused_params=*/false,
                                         /*use_python_reducer=*/false, std::vector<int64_t>{});
}

}  // namespace

GradientReducer::GradientReducer(std::vector<torch::Tensor> parameters, Group& group) {
  std::erase_if(parameters, [](const torch::Tensor& p) { return !p.requires_grad(); });
  reducer_ = make_reducer(parameters, group.processes());
}

GradientReducer::~GradientReducer() = default;

void GradientReducer::average_next() {
  reducer_->prepare_for_forward();
  reducer_->prepare_for_backward(std::vector<torch::Tensor>{});
}

}  // namespace rdm
