// Decompositions whose convergence nobody waits for.
#pragma once

namespace rdm {

// For as long as it lives, LibTorch's decompositions do not read on the host, in this thread,
// whether they have converged, and do not throw where they have not: the caller looks at what they
// leave.
class Unchecked {
 public:
  Unchecked();
  ~Unchecked();
  Unchecked(const Unchecked&) = delete;
  Unchecked& operator=(const Unchecked&) = delete;
};

}  // namespace rdm
