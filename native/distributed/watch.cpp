#include "distributed/watch.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "base/error.h"

namespace rdm {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kEvery = 500ms;
constexpr auto kSilence = 7s;  // a process that says nothing for longer counts as lost

std::string beat_of(size_t rank) {
  return "beat/" + std::to_string(rank);
}

}  // namespace

struct Watch::State {
  struct Heard {
    std::string beat;
    Clock::time_point at = Clock::now();
  };

  StorePtr store;
  int64_t rank;
  std::vector<std::string> names;
  std::function<void()> on_loss;
  std::atomic<int64_t> step{0};

  std::vector<Heard> heard;  // what rank 0 has heard of each rank
  Clock::time_point last_listened = Clock::now();

  std::mutex mutex;
  std::condition_variable_any changed;
  Clock::time_point answered = Clock::now();  // when the store last did
  std::optional<std::string> loss;
  bool closed = false;

  void beat(const std::stop_token& stop);
  void guard(const std::stop_token& stop);
  void listen();
  void lose(std::string what);
};

void Watch::State::lose(std::string what) {
  {
    const std::lock_guard lock(mutex);
    if (loss || closed) return;
    loss = std::move(what);
    on_loss();
  }
  changed.notify_all();
}

// The first thread says that this process lives and reads what became of the others. It hangs where
// the store hangs.
void Watch::State::beat(const std::stop_token& stop) {
  for (int64_t count = 0; !stop.stop_requested(); ++count) {
    try {
      set_text(*store, beat_of(static_cast<size_t>(rank)), message(step.load(), " ", count));
      if (rank == 0) listen();
      if (store->check({kLost})) {
        auto what = get_text(*store, kLost);
        if (rank != 0) store->add(kHeard, 1);
        return lose(std::move(what));
      }
    } catch (const std::exception&) {
      return lose(names[0] + " was lost: its store no longer answers");
    }
    std::unique_lock lock(mutex);
    answered = Clock::now();
    changed.wait_for(lock, stop, kEvery, [] { return false; });
  }
}

void Watch::State::listen() {
  const auto now = Clock::now();
  // This process was stopped itself: the others may have spoken in the meantime.
  const bool was_stopped = now - last_listened > kSilence / 2;
  last_listened = now;
  std::vector<std::string> keys;
  for (size_t other = 0; other < heard.size(); ++other) keys.push_back(beat_of(other));
  const auto beats = store->multiGet(keys);
  for (size_t other = 1; other < heard.size(); ++other) {
    const std::string beat(beats[other].begin(), beats[other].end());
    auto& last = heard[other];
    if (beat != last.beat || was_stopped) {
      last = {beat, now};
    } else if (now - last.at > kSilence) {
      const auto its_step = beat.substr(0, beat.find(' '));
      return set_text(*store, kLost,
                      message(names[other], " was lost: no sign of life for ", kSilence.count(),
                              " s; its last step was ", its_step));
    }
  }
}

// The second thread notices when the first one hangs with the store.
void Watch::State::guard(const std::stop_token& stop) {
  auto woken = Clock::now();
  while (!stop.stop_requested()) {
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, kEvery, [] { return false; });
    if (loss) return;
    const auto now = Clock::now();
    if (now - woken > kSilence / 2) answered = now;  // this process was stopped itself
    woken = now;
    if (now - answered <= kSilence + kEvery) continue;
    lock.unlock();
    return lose(
        message(names[0], " was lost: its store has not answered for ", kSilence.count(), " s"));
  }
}

Watch::Watch(StorePtr store, int64_t rank, std::vector<std::string> names,
             std::function<void()> on_loss)
    : state_(std::make_shared<State>()) {
  state_->store = std::move(store);
  state_->rank = rank;
  state_->heard.resize(names.size());
  state_->names = std::move(names);
  state_->on_loss = std::move(on_loss);
  beating_ = std::jthread([state = state_](const std::stop_token& stop) { state->beat(stop); });
  guarding_ = std::jthread([state = state_](const std::stop_token& stop) { state->guard(stop); });
}

// A thread that hangs with the store is left behind; it shares the state, which thus lives on.
Watch::~Watch() {
  beating_.request_stop();
  guarding_.request_stop();
  guarding_.join();
  bool hangs;
  {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    hangs = Clock::now() - state_->answered > kSilence / 2;
  }
  if (hangs) beating_.detach();
}

void Watch::at(int64_t step) {
  state_->step = step;
}

std::optional<std::string> Watch::loss(std::chrono::milliseconds within) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait_for(lock, within, [this] { return state_->loss.has_value(); });
  return state_->loss;
}

}  // namespace rdm
