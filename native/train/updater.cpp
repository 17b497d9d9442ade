#include "train/updater.h"

#include <torch/torch.h>

#include "train/optimizer_state.h"

namespace rdm {

Updater::Updater(std::vector<OptimizerGroup> groups, Schedule schedule, int64_t accumulate,
                 Precision precision, torch::Device device)
    : optimizer_(std::move(groups)),
      schedule_(std::move(schedule)),
      accumulate_(accumulate),
      guard_(device) {
  if (precision == Precision::fp16) scaler_.emplace(device);
}

void Updater::share(std::vector<torch::Tensor> parameters, Group& group) {
  reducer_ = std::make_unique<GradientReducer>(std::move(parameters), group);
}

void Updater::begin(Position at) {
  if (at.step % accumulate_ == 0) {
    optimizer_.set_rates(schedule_, at.epoch, at.step / accumulate_);
    optimizer_.zero_grad();
    if (left_out_) left_out_->begin();
  }
  if (reducer_ && completes(at)) reducer_->average_next();
}

void Updater::backward(const torch::Tensor& loss, Position at) {
  guard_.see(loss);
  const auto share = accumulate_ > 1 ? loss / accumulate_ : loss;
  (scaler_ ? scaler_->scale(share) : share).backward();
  if (scaler_ && completes(at)) optimizer_.unscale(*scaler_);
}

void Updater::rests_on(const torch::Tensor& sound) {
  if (!left_out_) left_out_.emplace(sound.device());
  left_out_->see(sound);
}

int64_t Updater::take_left_out() {
  return left_out_ ? left_out_->take_count() : 0;
}

void Updater::update() {
  optimizer_.step(scaler_ ? &*scaler_ : nullptr, &guard_, left_out_ ? &*left_out_ : nullptr);
}

int64_t Updater::updates(Position at) const {
  return at.epoch * schedule_.updates_per_epoch + at.step / accumulate_ + 1;
}

int64_t Updater::momentum_bytes() const {
  int64_t bytes = 0;
  for (const auto& group : optimizer_.groups()) {
    const int64_t each = group.adamw ? 2 : group.momentum == 0 ? 0 : 1;
    for (const auto& parameter : group.parameters) {
      bytes += each * static_cast<int64_t>(parameter.nbytes());
    }
  }
  return bytes;
}

void Updater::save(Checkpoint& into) {
  into.optimizer = optimizer_state(optimizer_);
  if (!scaler_) return;
  const auto [scale, growth_tracker] = scaler_->state();
  into.scaler = {scale, growth_tracker};
}

void Updater::load(const Checkpoint& from, const std::string& path) {
  load_optimizer_state(optimizer_, from.optimizer, path);
  if (scaler_ && from.scaler) scaler_->restore(from.scaler->scale, from.scaler->growth_tracker);
  guard_.lower();
  left_out_.reset();
}

}  // namespace rdm
