// The output folder.
#pragma once
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "base/event.h"
#include "checkpoint/state_dict.h"

namespace rdm {

// Creates the folder where needed and proves that it can be written, before any work is done.
// Throws Code::bad_output naming the folder and the reason.
void prepare_output(const std::string& folder);

// A list in the folder, begun anew. What stands there under its name, a link or a pipe perhaps, is
// removed and not written to.
std::ofstream begin_list(const std::string& path);

std::string in_folder(const std::string& folder, const std::string& file);

// Whether there is room for the checkpoints that a run has yet to write.
class RoomWatch {
 public:
  explicit RoomWatch(std::string folder) : folder_(std::move(folder)) {}

  // A warning where `files` more of `bytes` each do not fit into the folder, and did, or nobody
  // had looked. flags: of the options that ask for less.
  std::optional<WarningEvent> look(int64_t files, int64_t bytes, const std::string& flags);

 private:
  const std::string folder_;
  bool told_ = false;
};

// Of all tensors in it.
int64_t bytes_of(const StateDict& state);

// Of lincls: checkpoint.pth.tar and model_best.pth.tar, as far as they are not there, and what is
// written before it takes the place of one of them.
int64_t unnumbered_to_come(const std::string& folder);

}  // namespace rdm
