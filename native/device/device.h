// Where a run computes, and in which precision.
#pragma once
#include <torch/types.h>

#include <optional>
#include <string>

#include "distributed/group.h"
#include "options/options.h"

namespace rdm {

// auto: a CUDA device where there is one, else the CPU. The CUDA device is the one that --gpu
// names; without --gpu, the one with the process's local rank (modulo how many it sees), or the
// first. It becomes this thread's current one. float32 is PyTorch's: convolutions may round their
// factors to TF32, products do not. Throws Code::no_device when CUDA is asked for and is
// not there, and when fp16 is asked for without CUDA.
torch::Device choose_device(const NetworkOptions& options);

// Turns autocast to bf16 or fp16 on for as long as it lives; does nothing for fp32.
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

// Weights are drawn from the seed. Without one, the first rank draws a seed at random. Returns the
// seed in use, which also decides the order of the data and the views.
uint64_t seed_everything(std::optional<int64_t> seed, Group* group);

// The reference's --seed: cuDNN's kernels and cuBLAS's are deterministic where it was given; else
// cuDNN tries which are the fastest.
void make_deterministic(bool on);

}  // namespace rdm
