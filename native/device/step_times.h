// How long steps take, and how long they wait for data.
#pragma once
#include <torch/types.h>

#include <chrono>
#include <variant>
#include <vector>

namespace rdm {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

struct StepSeconds {
  double batch = 0;  // from the end of one step to the end of the next
  double data = 0;   // of these, until the batch was there
};

// On a CPU by the host's clock. An accelerator is behind the host, which may wait for it wherever
// it likes: there events tell when the device itself has come to each place, and they are read
// where the host waits for it anyway.
//
//   compute   [step 1      ]done   ready[step 2      ]done ready[step 3 …
//                              data                  (the batch was there)
class StepTimes {
 public:
  explicit StepTimes(torch::Device device);

  void data_ready() { marks_.push_back(now()); }
  void step_done() { marks_.push_back(now()); }

  // Takes in the steps that are done, which the device must have come to the end of.
  void read();
  const StepSeconds& latest() const { return latest_; }
  const StepSeconds& total() const { return total_; }
  void restore(const StepSeconds& total) { total_ = total; }

 private:
  using Mark = std::variant<Clock::time_point, c10::Event>;
  Mark now() const;
  static double seconds_between(const Mark& from, const Mark& to);

  torch::Device device_;
  std::vector<Mark> marks_;  // the end of a step, then two for each step since
  StepSeconds latest_, total_;
};

}  // namespace rdm
