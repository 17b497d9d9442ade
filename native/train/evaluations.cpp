#include "train/evaluations.h"

namespace rdm {

void Evaluations::add_validation(const RunOptions& options, const Dataset* train,
                                 torch::Device device, Group* group) {
  validation_.emplace(options, train, device, group);
}

void Evaluations::add_neighbours(const PretrainOptions& options, const Dataset& train,
                                 torch::Device device, Group* group) {
  require_labels(train, "--knn-every");
  neighbours_.emplace(options, options.precision, train, device, group);
  knn_every_ = options.knn_every;
}

bool Evaluations::run(int64_t epoch, Learner& learner, const Sink& sink,
                      const std::stop_token& stop) {
  learner.train(false);
  const bool done =
      validate(epoch, learner, sink, stop) && find_neighbours(epoch, learner, sink, stop);
  learner.train(true);
  return done;
}

bool Evaluations::validate(int64_t epoch, Learner& learner, const Sink& sink,
                           const std::stop_token& stop) {
  if (!validation_) return true;
  const auto logits = [&](const torch::Tensor& images) { return learner.classify(images); };
  const auto result = validation_->run(epoch, logits, best_top1_, sink, stop);
  if (!result) return false;
  latest_ = result;
  improved_ = result->best_top1 > best_top1_;
  best_top1_ = result->best_top1;
  return true;
}

bool Evaluations::find_neighbours(int64_t epoch, Learner& learner, const Sink& sink,
                                  const std::stop_token& stop) {
  if (!neighbours_ || (epoch + 1) % knn_every_ != 0) return true;
  const auto network = [&](const torch::Tensor& images) { return learner.features(images); };
  const KnnVote vote;
  const auto accuracies = neighbours_->run(network, {vote}, [](int64_t) {}, stop);
  neighbours_->report_bad_images(sink);
  if (!accuracies) return false;
  const auto [top1, top5] = accuracies->front();
  sink(KnnAccuracyEvent{epoch, neighbours_->val_images(), vote.k, vote.temperature, top1, top5});
  return true;
}

void Evaluations::add_to(Summary& summary) const {
  if (!latest_) return;
  summary.top1 = latest_->top1;
  summary.top5 = latest_->top5;
  summary.best_top1 = latest_->best_top1;
}

std::optional<double> Evaluations::best_top1() const {
  return validation_ ? std::optional(best_top1_) : std::nullopt;
}

Position take_up(const Resumed& from, Learner& learner, Evaluations& evaluations) {
  const auto& [path, checkpoint, record] = from;
  learner.load(checkpoint, path);
  evaluations.restore(checkpoint.best_acc1.value_or(0));
  return {checkpoint.epoch, record ? record->state.step : 0};
}

}  // namespace rdm
