// How the processes of a run find out that they are the processes of that run.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/plain.h"
#include "distributed/options.h"
#include "distributed/store.h"

namespace rdm {

// Waits for every rank and returns their names for messages, by rank: "rank 2 (node1, process
// 4711)". Throws Code::distributed: the rank is there already, the world has another size, a rank
// does not come in time, or runs another version or configuration than rank 0; the others then
// learn it, too.
std::vector<std::string> meet(c10d::Store& store, const ProcessOptions& options,
                              const Plain::Dict& configuration,
                              const std::function<void(const std::string&)>& waiting);

}  // namespace rdm
