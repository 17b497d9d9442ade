// The processes of one run, joined: collectives, and what happens when one of them fails. A null
// Group* everywhere means that this process is alone.
#pragma once
#include <torch/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/plain.h"
#include "distributed/options.h"

namespace c10d {
class ProcessGroup;
}

namespace rdm {

class Group {
 public:
  // Joins the others, whose configuration must be the same. waiting: called from time to time on
  // rank 0 with a line that says which ranks are missing. Throws Code::distributed where the port
  // or the rank is taken, where nobody is there, and where world size, version or configuration
  // differ.
  Group(const ProcessOptions& options, const Plain::Dict& configuration,
        const std::function<void(const std::string&)>& waiting);
  ~Group();

  int64_t rank() const;
  int64_t size() const;

  // Collectives. Every rank calls them in the same order, with tensors of the same shape, on a
  // device that the backend carries.
  void sum(const torch::Tensor& x);                       // in place
  torch::Tensor gather(const torch::Tensor& x);           // (…) of each rank to (R, …), by rank
  torch::Tensor gather_rows(const torch::Tensor& x);      // (N, …) of each rank to (R·N, …)
  void broadcast(const torch::Tensor& x, int64_t from);   // overwrites x on all other ranks
  void broadcast(const std::vector<torch::Tensor>& all);  // from rank 0, in few messages

  // Whether any rank passes true.
  bool any(bool wish);

  // Throws Code::lost_rank where another process is known to be lost. For loops without
  // collectives; a collective throws by itself.
  void check();
  // check(), and lets the others know the step, which they name should this process be lost.
  void at(int64_t step);

  // Does the run's work, and waits for the others at its end. If the work throws, the others are
  // told why; if it throws because another process is lost, the error says which (Code::lost_rank).
  void run(const std::function<void()>& work);

  c10d::ProcessGroup& processes();  // for the reducer

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// x of all ranks, (R·N, …); x itself where the process is alone.
torch::Tensor gather_rows(const torch::Tensor& x, Group* group);

inline bool is_first(const Group* group) {
  return !group || group->rank() == 0;
}

}  // namespace rdm
