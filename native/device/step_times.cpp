#include "device/step_times.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <utility>

namespace rdm {

StepTimes::StepTimes(torch::Device device) : device_(device) {
  marks_.push_back(now());
}

StepTimes::Mark StepTimes::now() const {
  if (device_.is_cpu()) return Clock::now();
  c10::Event event(device_.type(), c10::EventFlag::BACKEND_DEFAULT);  // with the time
  event.record(c10::impl::VirtualGuardImpl(device_.type()).getStream(device_));
  return event;
}

double StepTimes::seconds_between(const Mark& from, const Mark& to) {
  if (const auto* start = std::get_if<Clock::time_point>(&from)) {
    return std::chrono::duration<double>(std::get<Clock::time_point>(to) - *start).count();
  }
  return std::get<c10::Event>(from).elapsedTime(std::get<c10::Event>(to)) / 1e3;
}

void StepTimes::read() {
  size_t end = 0;  // of the last step that was taken in
  for (; end + 2 < marks_.size(); end += 2) {
    latest_ = {seconds_between(marks_[end], marks_[end + 2]),
               seconds_between(marks_[end], marks_[end + 1])};
    total_.batch += latest_.batch;
    total_.data += latest_.data;
  }
  marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace rdm
