// Keeps float16 gradients inside the type's range: the loss is scaled up before the backward pass,
// gradients are scaled down before the update, and an update whose gradients overflowed is left
// out. Source: Micikevicius et al. 2018; torch.amp.GradScaler, with its defaults. Nothing here
// waits for the device.
#pragma once
#include <torch/types.h>

#include <utility>
#include <vector>

namespace rdm {

class GradScaler {
 public:
  explicit GradScaler(torch::Device device);

  torch::Tensor scale(const torch::Tensor& loss) const;

  // Divides by the scale, in place, and remembers in found_inf whether anything is not finite.
  void unscale(std::vector<torch::Tensor> gradients);

  // (1), float32: 1 where a gradient since the last update() was not finite, else 0.
  const torch::Tensor& found_inf() const { return found_inf_; }

  // Halves the scale after an overflow, doubles it after 2,000 updates without one.
  void update();

  // For checkpoints; both wait for the device.
  std::pair<double, int64_t> state() const;  // the scale; updates since it last changed
  void restore(double scale, int64_t growth_tracker);

  const torch::Tensor& current() const { return scale_; }

 private:
  torch::Tensor scale_, growth_tracker_, found_inf_;
};

}  // namespace rdm
