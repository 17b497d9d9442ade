// Tells when another process of the run is lost. Every process says twice a second, through the
// store, that it lives and at which step it is; rank 0 listens to all, all others listen to rank 0.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "distributed/store.h"

namespace rdm {

class Watch {
 public:
  // store: a connection for the watch alone. names: what messages call each rank. on_loss: called
  // at most once, on a thread of the watch.
  Watch(StorePtr store, int64_t rank, std::vector<std::string> names,
        std::function<void()> on_loss);
  ~Watch();

  void at(int64_t step);  // the step that this process is at

  // Why the run cannot go on (which process is lost, and its last step), if that becomes known
  // within the time given.
  std::optional<std::string> loss(std::chrono::milliseconds within = {});

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::jthread beating_, guarding_;
};

// The key of the store under which a process that fails leaves the reason for all others.
inline constexpr const char* kLost = "lost";
// The key that counts the processes that have read it.
inline constexpr const char* kHeard = "heard";

}  // namespace rdm
