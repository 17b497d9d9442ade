// A run on its own thread, as JavaScript sees it: { done: Promise, stop() }.
#pragma once
#include <napi.h>

#include <functional>
#include <stop_token>

#include "base/event.h"

namespace rdm::addon {

using Work = std::function<Plain(const Sink&, std::stop_token)>;

// Starts `work` on a thread. Its events reach `on_event` in order, on JavaScript's thread; the
// promise settles after the last of them. When the environment ends first, the run is asked to stop
// and its thread is joined.
Napi::Value start_job(Napi::Env env, const Napi::Function& on_event, Work work);

}  // namespace rdm::addon
