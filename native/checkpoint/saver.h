// Checkpoints written beside training: the caller waits only while tensors are copied.
#pragma once
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/event.h"
#include "checkpoint/checkpoint.h"

namespace rdm {

// Where a run stands: the epoch and the step that come next. Of two checkpoints of a run, the later
// one's is greater.
using Place = std::pair<int64_t, int64_t>;

// As the name of a numbered checkpoint tells it: checkpoint_0003.pth.tar is of the end of epoch 3,
// checkpoint_0003-000120.pth.tar of after 120 steps of it. Nothing for another file's name.
std::optional<Place> place_of(const std::string& file);

// Which numbered checkpoints (checkpoint_NNNN…) of a run stay.
struct Keep {
  int64_t last = 0;   // the furthest; 0: all
  int64_t every = 0;  // epochs between two milestones, whose checkpoints stay as well; 0: none

  bool milestone(const Place& place) const {
    return every > 0 && place.second == 0 && place.first % every == 0;
  }
};

// A copy of a checkpoint's tensors. The next copy uses the same memory.
class Snapshot {
 public:
  // Every tensor contiguous and on the CPU; copies from a device run at once and are waited for.
  void take(Checkpoint checkpoint);
  const Checkpoint& checkpoint() const { return checkpoint_; }

 private:
  Checkpoint checkpoint_;
  std::vector<torch::Tensor> memory_;
};

class Saver {
 public:
  // What lies in the folder by then stays, but for the last that a run which goes on would replace.
  Saver(std::string folder, Keep keep);

  bool busy() const { return busy_; }

  // Copies, and returns; another thread writes, syncs, reads back and verifies, then removes what
  // `keep` no longer wants. Waits first where the one before is still being written. best: written
  // to model_best.pth.tar as well.
  void save(const std::string& file, Checkpoint checkpoint, bool best = false);

  // The checkpoints that were written since the last call, and a warning for each save that failed,
  // which has left untouched what was there before.
  std::vector<Event> take_events();

  // Waits for the writer. Throws the error of the latest save (bad_output), where it failed.
  void finish();

  // How many files of numbered checkpoints there will be at most, beyond those that are there now,
  // where a run goes on from the end of epoch `done` to the end of its last and saves at each.
  int64_t to_come(int64_t done, int64_t epochs) const;

  // The latest that was verified, or the one that a run was resumed from; empty where there is
  // none.
  std::string last() const;
  void set_last(std::string path);

 private:
  void write(const std::vector<std::string>& files);
  void verify(const std::string& path) const;
  void prune(const std::string& written);
  // Those in the folder that have a manifest, the furthest first. Others are not ours.
  std::vector<std::pair<Place, std::filesystem::path>> numbered() const;

  const std::string folder_;
  const Keep keep_;
  Place oldest_;  // what is before it was there, and stays
  Snapshot snapshot_;
  std::atomic<bool> busy_ = false;
  mutable std::mutex mutex_;  // of what follows
  std::vector<Event> events_;
  std::optional<Error> failure_;  // of the latest save
  std::string last_;
  std::jthread writer_;  // joins before anything else here is destroyed
};

}  // namespace rdm
