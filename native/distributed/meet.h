// How the processes of a run find each other, and make sure that they belong to the same run.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/plain.h"
#include "distributed/options.h"
#include "distributed/store.h"

namespace rdm {

// Waits for every rank and returns the names that messages give them, by rank: "rank 2 (node1,
// process 4711)". Throws Code::distributed where this rank is taken, where the world sizes differ,
// where a rank does not come in time, and where one runs another version or configuration than
// rank 0. The others are then told, too.
std::vector<std::string> meet(c10d::Store& store, const ProcessOptions& options,
                              const Plain::Dict& configuration,
                              const std::function<void(const std::string&)>& waiting);

}  // namespace rdm
