// What the benches share: where they measure, and times that end when the device has done its work.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "device/accelerator.h"
#include "device/device.h"

namespace rdm::bench {

struct Line {
  torch::Device device = torch::kCPU;  // --device NAME: cpu, cuda or auto
  std::vector<std::string> words;      // all others

  const char* text(size_t i) const { return words[i].c_str(); }
  int64_t number(size_t i) const { return std::atoll(text(i)); }
};

using Arguments = std::vector<std::string>;  // behind the bench's name

// Ends the program where there are not `count` words, or up to `more` beyond.
inline Line read_line(const Arguments& arguments, size_t count, const char* usage,
                      size_t more = 0) {
  Line line;
  NetworkOptions network;
  network.device = "cpu";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--device" && i + 1 < arguments.size()) {
      network.device = arguments[++i];
    } else {
      line.words.push_back(arguments[i]);
    }
  }
  if (line.words.size() < count || line.words.size() > count + more) {
    std::fprintf(stderr, "usage: %s [--device cpu|cuda]\n", usage);
    std::exit(2);
  }
  line.device = choose_device(network);
  return line;
}

template <typename Work>
double seconds_of(torch::Device device, Work work) {
  wait_for(device);
  const auto start = std::chrono::steady_clock::now();
  work();
  wait_for(device);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return numbers[numbers.size() / 2];
}

}  // namespace rdm::bench
