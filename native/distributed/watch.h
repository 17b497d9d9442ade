// Tells when another process of the run is lost. Each says twice a second, through the store, that
// it lives and how far it is; rank 0 listens to all, all others listen to rank 0.
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
  // store: a connection of its own. names: of each rank, for messages. on_loss is called once, on
  // a thread of the watch.
  Watch(StorePtr store, int64_t rank, std::vector<std::string> names,
        std::function<void()> on_loss);
  ~Watch();

  void at(int64_t step);  // what this process does now

  // Why the run cannot go on, if it is known within that time: which process, and its last step.
  std::optional<std::string> loss(std::chrono::milliseconds within = {});

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::jthread beating_, guarding_;
};

// The key under which a process that fails leaves the reason for all others.
inline constexpr const char* kLost = "lost";
// Under which those that have read it are counted.
inline constexpr const char* kHeard = "heard";

}  // namespace rdm
