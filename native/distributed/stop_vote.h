// A request to stop reaches one rank at any moment; all ranks act upon it at the same step.
#pragma once
#include <memory>
#include <stop_token>

#include "distributed/group.h"

namespace rdm {

// Tells whether any rank was asked to stop. Every rank must ask at the same steps.
class StopVote {
 public:
  StopVote(std::stop_token asked, Group* group);
  ~StopVote();

  // For each step. With several ranks the answer is that of the step before, so that no step waits
  // for it.
  bool soon();

  bool now();  // waits for all ranks

 private:
  struct Ballot;

  std::stop_token asked_;
  Group* group_;
  std::unique_ptr<Ballot> ballot_;  // the sum under way, which the next soon() reads
  bool decided_ = false;
};

}  // namespace rdm
