#include "streams.h"

#include <array>
#include <deque>
#include <map>

#include "simulated.h"

namespace rdm::simulated {
namespace {

struct Queue {
  std::deque<std::function<void()>> work;
  int64_t queued = 0, done = 0;
  int polls = 0;  // since something was queued
};

struct Device {
  std::map<c10::StreamId, Queue> queues;
  c10::StreamId streams = 1;  // 0 is the default one
  int64_t time = 0;           // how much it has done
};

std::array<Device, kDevices>& devices() {
  static auto* const all = new std::array<Device, kDevices>;
  return *all;
}

Device& device_of(c10::Device device) {
  return devices()[static_cast<size_t>(device.index())];
}

Queue& queue_of(c10::Stream stream) {
  return device_of(stream.device()).queues[stream.id()];
}

int laziness = 0;  // under the lock

void run(c10::Stream stream, int64_t place) {
  auto& queue = queue_of(stream);
  while (queue.done < place) {
    const auto work = std::move(queue.work.front());
    queue.work.pop_front();
    ++queue.done;
    work();
    ++device_of(stream.device()).time;
  }
}

thread_local c10::DeviceIndex current = 0;
thread_local std::array<c10::StreamId, kDevices> streams{};

}  // namespace

std::recursive_mutex& Lock::mutex() {
  static auto* const mutex = new std::recursive_mutex;
  return *mutex;
}

c10::Device device(int index) {
  return {c10::kPrivateUse1, static_cast<c10::DeviceIndex>(index)};
}

void set_laziness(int polls) {
  const Lock lock;
  finish_all();
  laziness = polls;
}

void finish_all() {
  for (int index = 0; index < kDevices; ++index) finish(device(index));
}

Counters& counters() {
  static auto* const all = new Counters;
  return *all;
}

int64_t Counters::launched() const {
  int64_t sum = 0;
  for (const auto& [name, count] : kernels) sum += count;
  return sum;
}

c10::Device current_device() {
  return device(current);
}

void set_current_device(c10::Device device) {
  current = device.index();
}

c10::Stream current_stream(c10::Device device) {
  const auto index = device.has_index() ? device.index() : current;
  return c10::Stream(c10::Stream::UNSAFE, simulated::device(index),
                     streams[static_cast<size_t>(index)]);
}

void set_current_stream(c10::Stream stream) {
  streams[static_cast<size_t>(stream.device_index())] = stream.id();
}

c10::Stream new_stream(c10::Device device) {
  const Lock lock;
  return c10::Stream(c10::Stream::UNSAFE, device, device_of(device).streams++);
}

void enqueue(c10::Stream stream, std::function<void()> work) {
  const Lock lock;
  auto& queue = queue_of(stream);
  queue.work.push_back(std::move(work));
  ++queue.queued;
  queue.polls = 0;
  if (laziness == 0) run(stream, queue.queued);
}

bool poll(c10::Stream stream) {
  const Lock lock;
  auto& queue = queue_of(stream);
  if (queue.polls < laziness) ++queue.polls;
  if (queue.polls == laziness && laziness != kNever) run(stream, queue.queued);
  return queue.done == queue.queued;
}

void finish(c10::Stream stream) {
  const Lock lock;
  run(stream, queue_of(stream).queued);
}

void finish(c10::Device device) {
  const Lock lock;
  for (const auto& [id, queue] : device_of(device).queues) {
    run(c10::Stream(c10::Stream::UNSAFE, device, id), queue.queued);
  }
}

Event place_in(c10::Stream stream, bool timed) {
  const Lock lock;
  std::shared_ptr<int64_t> time;
  if (timed) {
    time = std::make_shared<int64_t>();
    enqueue(stream, [stream, time] { *time = device_of(stream.device()).time; });
  }
  return {stream, queue_of(stream).queued, 0, time};
}

bool poll(Event& event) {
  const Lock lock;
  if (event.polls < laziness) ++event.polls;
  if (event.polls == laziness && laziness != kNever) finish(event);
  return passed(event);
}

bool passed(const Event& event) {
  const Lock lock;
  return queue_of(event.stream).done >= event.place;
}

void finish(const Event& event) {
  const Lock lock;
  run(event.stream, event.place);
}

void wait_in(c10::Stream stream, const Event& event) {
  if (stream != event.stream) enqueue(stream, [event] { finish(event); });
}

}  // namespace rdm::simulated
