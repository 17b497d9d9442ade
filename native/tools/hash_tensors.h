// What a checkpoint's tensors hash to, one by one: two runs are the same where all are.
#pragma once
#include <string>

#include "base/plain.h"

namespace rdm {

// A list of {name, sha256}: the state dict, then the optimiser's momentum, in the file's order.
// Errors: load_checkpoint's.
Plain hash_tensors(const std::string& path);

}  // namespace rdm
