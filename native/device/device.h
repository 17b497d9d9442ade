// Where a run computes, and in which precision.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>

#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// auto: a CUDA device where there is one, else the CPU. It is the one that --gpu names, the one of
// the process's number on its node, or the first. Throws Code::no_device when CUDA is asked for and
// is not there, and when fp16 is asked for elsewhere.
torch::Device choose_device(const NetworkOptions& options);

// Autocast to bf16 or fp16 for as long as it lives; nothing for fp32.
class Autocast {
 public:
  Autocast(torch::Device device, Precision precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  torch::DeviceType type_;
  bool enabled_;
};

// The reference's --seed: weights from it, and on CUDA deterministic kernels. Without one, a random
// seed is drawn, on the first rank. Returns the seed in use; data order and views follow from it.
uint64_t seed_everything(std::optional<int64_t> seed, torch::Device device, Group* group);

}  // namespace rdm
