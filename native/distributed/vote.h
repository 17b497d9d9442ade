// A wish that any rank may have and all act upon at the same step.
#pragma once
#include <memory>
#include <stop_token>

#include "distributed/group.h"

namespace rdm {

// Whether the run was asked to stop, on whichever rank. Every rank asks in the same steps.
class StopVote {
 public:
  StopVote(std::stop_token asked, Group* group);
  ~StopVote();

  // Once a step. With several ranks the answer is that of the step before: no step waits for it.
  bool soon();

  bool now();  // waits for all ranks

 private:
  struct Ballot;

  std::stop_token asked_;
  Group* group_;
  std::unique_ptr<Ballot> ballot_;  // under way
  bool decided_ = false;
};

}  // namespace rdm
