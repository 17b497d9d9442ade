#include "distributed/stop_vote.h"

#include <torch/torch.h>

#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>

namespace rdm {

struct StopVote::Ballot {
  Ballot(Group& group, bool wish)
      : wishes{torch::full({1}, wish ? 1 : 0, torch::kInt32)},
        work(group.processes().allreduce(wishes)) {}

  bool result() {
    work->wait();
    return wishes[0].item<int32_t>() > 0;
  }

  std::vector<torch::Tensor> wishes;
  c10::intrusive_ptr<c10d::Work> work;
};

StopVote::StopVote(std::stop_token asked, Group* group) : asked_(std::move(asked)), group_(group) {}
StopVote::~StopVote() = default;

bool StopVote::soon() {
  if (!group_) return asked_.stop_requested();
  decided_ = decided_ || (ballot_ && ballot_->result());
  ballot_ = std::make_unique<Ballot>(*group_, asked_.stop_requested());
  return decided_;
}

bool StopVote::now() {
  if (!group_) return asked_.stop_requested();
  decided_ = decided_ || group_->any(asked_.stop_requested());
  return decided_;
}

}  // namespace rdm
