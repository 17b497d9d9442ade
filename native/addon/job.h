// A run on its own thread, as JavaScript sees it: { done: Promise, stop(), end() }.
#pragma once
#include <napi.h>

#include <functional>
#include <stop_token>

#include "base/event.h"

namespace rdm::addon {

using Work = std::function<Plain(const Sink&, std::stop_token)>;

// Starts `work` on a thread. Its events reach `on_event` in order, on JavaScript's thread; the
// promise settles after the last of them. stop() asks; end() asks and waits, for a process that is
// about to exit: process.exit() runs no cleanup hook, and a thread that computes on would use
// libraries that are being torn down. Where an environment ends otherwise, a cleanup hook does it.
Napi::Value start_job(Napi::Env env, const Napi::Function& on_event, Work work);

}  // namespace rdm::addon
