// Queues of work, and the events in them. One thread at a time is the device: the one that waits.
#pragma once
#include <c10/core/Stream.h>

#include <functional>
#include <memory>
#include <mutex>

namespace rdm::simulated {

// Of everything that is simulated.
class Lock {
 public:
  Lock() : lock_(mutex()) {}

 private:
  static std::recursive_mutex& mutex();
  std::lock_guard<std::recursive_mutex> lock_;
};

// Of this thread.
c10::Device current_device();
void set_current_device(c10::Device device);
c10::Stream current_stream(c10::Device device);
void set_current_stream(c10::Stream stream);
c10::Stream new_stream(c10::Device device);

void enqueue(c10::Stream stream, std::function<void()> work);
bool poll(c10::Stream stream);
void finish(c10::Stream stream);  // runs what is queued in it, and what that waits for
void finish(c10::Device device);  // all its streams

// A place in a stream.
struct Event {
  c10::Stream stream;
  int64_t place = 0;
  int polls = 0;
  std::shared_ptr<int64_t> time;  // of a timed one, once the stream has come to it
};
Event place_in(c10::Stream stream, bool timed);
bool poll(Event& event);
bool passed(const Event& event);
void finish(const Event& event);
void wait_in(c10::Stream stream, const Event& event);  // what is queued later comes after the event

}  // namespace rdm::simulated
