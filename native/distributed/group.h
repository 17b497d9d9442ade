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
  // Joins the others; `configuration` must be theirs. waiting: told from time to time on rank 0
  // which ranks are missing. Throws Code::distributed: the port or the rank is taken, nobody is
  // there, the world size, the version or the configuration is another one.
  Group(const ProcessOptions& options, const Plain::Dict& configuration,
        const std::function<void(const std::string&)>& waiting);
  ~Group();

  int64_t rank() const;
  int64_t size() const;

  // Collectives: every rank calls them in the same order, with tensors of the same shape on the
  // device that the backend carries. Statistics of a few bytes and gradients go the same way.
  void sum(const torch::Tensor& x);                   // in place
  torch::Tensor gather(const torch::Tensor& x);       // (…) of each to (R, …), by rank
  torch::Tensor gather_rows(const torch::Tensor& x);  // (N, …) of each to (R·N, …)
  void broadcast(const torch::Tensor& x, int64_t from);
  void broadcast(const std::vector<torch::Tensor>& all);  // of rank 0, in few messages

  // Whether any rank wishes it.
  bool any(bool wish);

  // Throws Code::lost_rank where another process is known to be lost. For loops without
  // collectives.
  void check();
  void at(int64_t step);  // checks; the others will say where this process was, should it be lost

  // Does the run's work, and waits for the others at its end. Where it throws, the others are told;
  // where it throws because another process is lost, the error says which (Code::lost_rank).
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
