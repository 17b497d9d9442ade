#include "distributed/group.h"

#include <torch/torch.h>

#include <chrono>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/comm.hpp>

#include "base/error.h"
#include "distributed/backend.h"
#include "distributed/meet.h"
#include "distributed/shared_memory.h"
#include "distributed/watch.h"

namespace rdm {
namespace {

using namespace std::chrono_literals;
using Processes = c10d::ProcessGroup;

constexpr auto kUntilLossIsKnown = 9s;        // more than the silence that the watch allows
constexpr auto kUntilFailureIsRead = 1500ms;  // the watches look twice a second
constexpr auto kFarewell = 10s;               // how long rank 0 keeps the store for the others
constexpr size_t kMessage = 256 << 20;        // bytes of a coalesced broadcast
constexpr size_t kShort = 64 << 10;  // bytes up to which only the rounds of a sum take time

c10::intrusive_ptr<Processes> join_processes(const StorePtr& store, const ProcessOptions& options,
                                             const Carrier& gloo, const Carrier& on_host,
                                             const std::optional<Carrier>& nccl) {
  auto processes = c10::make_intrusive<Processes>(store, static_cast<int>(options.rank),
                                                  static_cast<int>(options.world_size));
  using Type = Processes::BackendType;
  processes->setBackend(torch::kCPU, Type::GLOO, on_host.backend);
  if (nccl) {
    processes->setBackend(torch::kCUDA, Type::NCCL, nccl->backend);
  } else {
    processes->setBackend(torch::kCUDA, Type::GLOO, gloo.backend);
  }
  processes->setDefaultBackend(nccl ? Type::NCCL : Type::GLOO);
  return processes;
}

Error lost(const std::string& what) {
  return {Code::lost_rank, what, "--resume goes on from the last checkpoint"};
}

}  // namespace

struct Group::Parts {
  Parts(const ProcessOptions& options, const Plain::Dict& configuration,
        const std::function<void(const std::string&)>& waiting)
      : rank(options.rank),
        size(options.world_size),
        store(open_store(options)),
        names(meet(*store, options, configuration, waiting)),
        gloo(make_gloo(store, options)),
        on_host(through_shared_memory(gloo, store, options)),
        nccl(options.backend == DistBackend::nccl ? std::optional(make_nccl(store, options))
                                                  : std::nullopt),
        processes(join_processes(store, options, gloo, on_host, nccl)),
        watch(std::in_place, connect_store(options), rank, names, [this] { abort(); }) {}

  void abort() const {
    on_host.abort();
    if (nccl) nccl->abort();
  }

  // Leaves the reason in the store, where the others look twice a second.
  void tell(const std::string& reason) {
    try {
      set_text(*store, kLost, reason);
    } catch (const std::exception&) {
      // The store is gone with rank 0, which the others notice by themselves.
    }
  }

  // Rank 0 keeps the store until the others have read why the run fails.
  void linger() const {
    if (rank != 0) return;
    std::this_thread::sleep_for(kUntilFailureIsRead);
    const auto until = std::chrono::steady_clock::now() + 1s;
    const auto others = size - 2;  // neither this one nor the one that may be lost
    while (store->add(kHeard, 0) < others && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(20ms);
    }
  }

  // The store must stay until everyone has left.
  void leave() {
    watch.reset();
    store->add("left", 1);
    const auto until = std::chrono::steady_clock::now() + kFarewell;
    while (rank == 0 && store->add("left", 0) < size && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(20ms);
    }
  }

  int64_t rank, size;
  StorePtr store;
  std::vector<std::string> names;
  Carrier gloo, on_host;  // on_host: of tensors on the CPU
  std::optional<Carrier> nccl;
  c10::intrusive_ptr<Processes> processes;
  std::optional<Watch> watch;
};

Group::Group(const ProcessOptions& options, const Plain::Dict& configuration,
             const std::function<void(const std::string&)>& waiting)
    : parts_(std::make_unique<Parts>(options, configuration, waiting)) {}

Group::~Group() = default;

int64_t Group::rank() const {
  return parts_->rank;
}
int64_t Group::size() const {
  return parts_->size;
}

// Gloo's sum goes round a ring in twice as many rounds as its gather, so that few bytes of the host
// are faster gathered and then added up here.
void Group::sum(const torch::Tensor& x) {
  if (x.is_cpu() && x.nbytes() * static_cast<size_t>(size()) <= kShort) {
    x.copy_(gather(x).sum(/*dim=*/0));
    return;
  }
  std::vector<torch::Tensor> all{x};
  parts_->processes->allreduce(all)->wait();
}

torch::Tensor Group::gather(const torch::Tensor& x) {
  auto shape = x.sizes().vec();
  shape.insert(shape.begin(), size());
  const auto all = torch::empty(shape, x.options());
  std::vector<std::vector<torch::Tensor>> outputs{all.unbind()};
  std::vector<torch::Tensor> inputs{x.contiguous()};
  parts_->processes->allgather(outputs, inputs)->wait();
  return all;
}

torch::Tensor Group::gather_rows(const torch::Tensor& x) {
  return gather(x).flatten(0, 1);
}

void Group::broadcast(const torch::Tensor& x, int64_t from) {
  std::vector<torch::Tensor> all{x};
  c10d::BroadcastOptions options;
  options.rootRank = from;
  parts_->processes->broadcast(all, options)->wait();
}

void Group::broadcast(const std::vector<torch::Tensor>& all) {
  const torch::NoGradGuard no_grad;
  c10d::broadcast_coalesced(parts_->processes, all, kMessage, /*rank=*/0);
}

bool Group::any(bool wish) {
  const auto wishes = torch::full({1}, wish ? 1 : 0, torch::kInt32);
  sum(wishes);
  return wishes.item<int32_t>() > 0;
}

void Group::check() {
  if (const auto loss = parts_->watch->loss()) throw lost(*loss);
}

void Group::at(int64_t step) {
  check();
  parts_->watch->at(step);
}

void Group::run(const std::function<void()>& work) {
  const auto& name = parts_->names[static_cast<size_t>(rank())];
  try {
    work();
  } catch (const Error& error) {
    if (error.code != Code::lost_rank) parts_->tell(message(name, " failed: ", error.what()));
    parts_->linger();
    throw;
  } catch (const std::exception& error) {
    // A collective fails when another process is lost; the watch knows a little later.
    const auto loss = parts_->watch->loss(kUntilLossIsKnown);
    if (!loss) parts_->tell(message(name, " failed: ", error.what()));
    parts_->linger();
    if (!loss) throw;
    throw lost(*loss);
  }
  parts_->leave();
}

c10d::ProcessGroup& Group::processes() {
  return *parts_->processes;
}

torch::Tensor gather_rows(const torch::Tensor& x, Group* group) {
  return group ? group->gather_rows(x) : x;
}

}  // namespace rdm
