// A run on its own thread, as JavaScript sees it: { done: Promise, stop(), end() }.
#pragma once
#include <napi.h>

#include <functional>
#include <stop_token>

#include "base/event.h"

namespace rdm::addon {

using Work = std::function<Plain(const Sink&, std::stop_token)>;

// Whether the job goes on while its events wait to be handled, or only once each has been: then
// what a handler does of it, such as to stop the job, happens at the same step every time.
enum class Pace { ahead, in_step };

// Starts `work` on a thread. Its events reach `on_event` in order, on JavaScript's thread; the
// promise settles after the last of them. stop() asks the run to stop. end() also waits for it, for
// a process that is about to exit: a thread that went on computing would use libraries that are
// being torn down, and process.exit() runs no cleanup hook. Where an environment ends in another
// way, a cleanup hook does what end() does.
Napi::Value start_job(Napi::Env env, const Napi::Function& on_event, Work work, Pace pace);

}  // namespace rdm::addon
