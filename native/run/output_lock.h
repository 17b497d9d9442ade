// One run at a time writes to an output folder. The system's lock (flock) on OUTPUT/.rdm-lock is
// what counts: it ends with the process that holds it, however that ends, so none is ever stale.
// The file's text only tells others who holds it.
#pragma once
#include <string>

#include "base/event.h"

namespace rdm {

class OutputLock {
 public:
  // Errors (bad_output): another run holds it, named by host, process and start. Warns where the
  // file system knows no locks. What runs that were killed left half-written is removed.
  OutputLock(const std::string& folder, const Sink& sink);
  ~OutputLock();  // removes the file
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  bool take(int& failure);  // false: the file was removed as we took it
  [[noreturn]] void refuse() const;

  std::string folder_, path_;
  int descriptor_ = -1;
};

}  // namespace rdm
