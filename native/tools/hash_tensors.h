// The hash of each tensor of a checkpoint: two runs are equal bit for bit where all hashes are.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// Returns a list of {name, sha256}: the state dict, then the optimiser's momentum, in the file's
// order.
// Errors: load_checkpoint's.
Plain hash_tensors(const std::string& path);

}  // namespace rdm
