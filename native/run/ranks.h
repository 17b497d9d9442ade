// A run among others: joins the processes of its group, or runs alone.
#pragma once
#include <functional>

#include "base/event.h"
#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// Calls `work` with the group (null for a process alone) and the sink that its events go to, which
// is `sink` on the first rank alone. record: the options as they came, in which ranks must agree,
// as in the kind of device that `auto` finds, and in the backend.
void in_group(const std::optional<ProcessOptions>& process, const Plain& record, const Sink& sink,
              const std::function<void(Group*, const Sink&)>& work);

}  // namespace rdm
