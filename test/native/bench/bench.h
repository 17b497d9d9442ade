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

// Ends the program where there are not `count` words.
inline Line read_line(int argc, char** argv, size_t count, const char* usage) {
  Line line;
  NetworkOptions network;
  network.device = "cpu";
  for (int i = 1; i < argc; ++i) {
    if (argv[i] == std::string("--device") && i + 1 < argc) {
      network.device = argv[++i];
    } else {
      line.words.emplace_back(argv[i]);
    }
  }
  if (line.words.size() != count) {
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
