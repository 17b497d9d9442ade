#include "addon/job.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>

#include "addon/failure.h"
#include "addon/plain_value.h"

namespace rdm::addon {
namespace {

struct Job {
  Job(Napi::Env env, Work work) : env(env), deferred(env), work(std::move(work)) {}

  Napi::Env env;
  Napi::Promise::Deferred deferred;
  Napi::ThreadSafeFunction events;
  Work work;
  std::jthread thread;
  std::variant<Plain, Failure> outcome;

  std::mutex mutex;
  std::condition_variable_any one_more;
  int64_t handled = 0;  // events that on_event has returned from
};

struct Delivery {
  Plain event;
  Job& job;  // lives until the last delivery
};

// Asks the run to stop and waits for it. To be called while the thread-safe function still exists.
void end_job(void* data) {
  auto& thread = static_cast<Job*>(data)->thread;
  thread.request_stop();
  if (thread.joinable()) thread.join();
}

void hand_over(Napi::Env env, const Napi::Function& on_event, const Plain& event) {
  if (env == nullptr || on_event == nullptr) return;
  try {
    on_event.Call({to_js(env, event)});
  } catch (const Napi::Error&) {
    // A worker that is being terminated runs no more JavaScript. on_event itself never throws
    // (src/run/job.ts).
  }
}

void deliver(Napi::Env env, Napi::Function on_event, Delivery* delivery) {
  const std::unique_ptr<Delivery> owned(delivery);
  hand_over(env, on_event, delivery->event);
  auto& job = delivery->job;
  const std::lock_guard lock(job.mutex);
  ++job.handled;
  job.one_more.notify_one();
}

// Until so many have been handled, or the job is asked to stop: whoever ends it may wait for it.
void wait_until_handled(Job& job, int64_t count, std::stop_token stop) {
  std::unique_lock lock(job.mutex);
  job.one_more.wait(lock, std::move(stop), [&] { return job.handled >= count; });
}

// The thread-safe function's finalizer, at which every event has been delivered.
void settle(Napi::Env env, Job* job) {
  napi_remove_env_cleanup_hook(env, end_job, job);
  if (job->thread.joinable()) job->thread.join();
  try {
    const Napi::HandleScope scope(env);
    if (const auto* failure = std::get_if<Failure>(&job->outcome)) {
      job->deferred.Reject(to_js_error(env, *failure));
    } else {
      job->deferred.Resolve(to_js(env, std::get<Plain>(job->outcome)));
    }
  } catch (const Napi::Error&) {
    // The environment is being torn down; nobody waits for the promise any more.
  }
}

void run(Job& job, Pace pace, std::stop_token stop) {
  int64_t sent = 0;
  const Sink sink = [&](const Event& event) {
    auto delivery = std::make_unique<Delivery>(to_plain(event), job);
    if (job.events.BlockingCall(delivery.get(), deliver) != napi_ok) return;
    delivery.release();
    ++sent;
    if (pace == Pace::in_step) wait_until_handled(job, sent, stop);
  };
  try {
    job.outcome = job.work(sink, stop);
  } catch (...) {
    job.outcome = describe(std::current_exception());
  }
  job.events.Release();
}

}  // namespace

Napi::Value start_job(Napi::Env env, const Napi::Function& on_event, Work work, Pace pace) {
  auto job = std::make_shared<Job>(env, std::move(work));
  // The finalizer holds the job, so that it lives until the last event has been delivered.
  job->events = Napi::ThreadSafeFunction::New(env, on_event, "rdm", /*maxQueueSize=*/0,
                                              /*initialThreadCount=*/1,
                                              [job](Napi::Env env) { settle(env, job.get()); });
  napi_add_env_cleanup_hook(env, end_job, job.get());
  job->thread = std::jthread(
      [job = job.get(), pace](std::stop_token stop) { run(*job, pace, std::move(stop)); });

  auto handle = Napi::Object::New(env);
  handle.Set("done", job->deferred.Promise());
  handle.Set("stop", Napi::Function::New(
                         env, [job](const Napi::CallbackInfo&) { job->thread.request_stop(); }));
  handle.Set("end",
             Napi::Function::New(env, [job](const Napi::CallbackInfo&) { end_job(job.get()); }));
  return handle;
}

}  // namespace rdm::addon
