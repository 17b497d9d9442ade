// The optimiser, of parameter groups that may each have their own: SGD with momentum through
// LibTorch's fused kernel, one call for each group, on CPU and CUDA:
// buffer = momentum·buffer + (g + weight_decay·p), p −= lr·buffer; or LARS, or AdamW.
// Source: torch.optim.SGD.
#pragma once
#include <torch/types.h>

#include <optional>
#include <vector>

#include "optim/adamw.h"
#include "optim/finite_guard.h"
#include "optim/grad_scaler.h"
#include "optim/lars.h"
#include "optim/options.h"
#include "optim/schedule.h"
#include "optim/steps_left_out.h"

namespace rdm {

struct OptimizerGroup {
  std::vector<torch::Tensor> parameters;
  std::vector<torch::Tensor> momentum_buffers;  // one a parameter; undefined before its first step
  // AdamW's own beside its first moments, which are in momentum_buffers.
  std::vector<torch::Tensor> second_moments, steps;
  std::vector<WeightSquare> weight_squares;  // one a parameter, LARS's own
  double initial_lr = 0;                     // where the schedule starts from
  double lr = 0;                             // of the next step
  double momentum = 0.9;
  double weight_decay = 0;
  double initial_weight_decay = 0;  // where its schedule starts from
  bool decays = true;               // whether the schedule sets the weight decay
  std::optional<AdamW> adamw;       // in place of SGD
  double clip_norm = 0;             // of a parameter's gradient, at most; 0: any
  bool fix_lr = false;              // stays at initial_lr whatever the schedule
  double lr_factor = 1;             // of the rate, whatever the schedule
  std::optional<double> lars_eta;   // layer-wise rates (lars.h) with this trust coefficient
};

// Such a group, of an optimizer with these options. Under AdamW biases and the norms' weights do
// not decay, as in DINO's script, and are a group behind it.
std::vector<OptimizerGroup> groups_of(OptimizerGroup group, const OptimizerOptions& options);

class Optimizer {
 public:
  explicit Optimizer(std::vector<OptimizerGroup> groups = {}) : groups_(std::move(groups)) {}

  // Sets the rate and the weight decay of every group for this update.
  void set_rates(const Schedule& schedule, int64_t epoch, int64_t update);

  // Gradients as they are without the scaler, which notes whether one of them is not finite.
  void unscale(GradScaler& scaler);

  // Passes over parameters without a gradient. With a scaler, which has unscaled the gradients,
  // this update is left out if one of them is not finite. With a guard alone, a gradient that is
  // not finite raises the guard; while that is raised, every update is left out.
  // So is one that left_out tells of.
  void step(GradScaler* scaler = nullptr, FiniteGuard* guard = nullptr,
            const StepsLeftOut* left_out = nullptr);

  void zero_grad();  // drops the gradients

  std::vector<OptimizerGroup>& groups() { return groups_; }
  const std::vector<OptimizerGroup>& groups() const { return groups_; }

 private:
  std::vector<OptimizerGroup> groups_;
};

}  // namespace rdm
