#include "train/evaluations.h"

#include "device/loading.h"

namespace rdm {
namespace {

// The validation images, or where there are none the training images.
Dataset held_out(const PretrainOptions& options, const Dataset& train) {
  return has_validation(options) ? open_validation(options) : train;
}

}  // namespace

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

void Evaluations::add_scores(const PretrainOptions& options, const Dataset& train,
                             torch::Device device, Group* group) {
  scores_.emplace(options, options.precision, held_out(options, train), ScoredImages(), device,
                  group);
  score_every_ = options.score_every;
}

void Evaluations::add_lens(const PretrainOptions& options, Method& method, const Dataset& train,
                           torch::Device device, Group* group) {
  lens_.emplace(options, method, held_out(options, train), device, group);
  lens_every_ = options.lens_every;
}

void Evaluations::add_representation(const PretrainOptions& options, const Dataset& train,
                                     torch::Device device, Group* group) {
  representation_.emplace(options, options.precision, train, device, group);
}

bool Evaluations::begin(Learner& learner, const Sink& sink, const std::stop_token& stop) {
  if (!representation_ || start_) return true;
  learner.train(false);
  const auto accuracy = neighbours_ ? classify(learner, sink, stop) : std::nullopt;
  if (accuracy) knn_top1_ = accuracy->top1;
  const bool done = (accuracy || !neighbours_) && represent(/*epochs=*/0, learner, sink, stop);
  learner.train(true);
  return done;
}

bool Evaluations::run(int64_t epoch, Learner& learner, const Sink& sink,
                      const std::stop_token& stop) {
  learner.train(false);
  const bool done = validate(epoch, learner, sink, stop) &&
                    find_neighbours(epoch, learner, sink, stop) &&
                    score(epoch, learner, sink, stop) && look(epoch, sink, stop) &&
                    represent(epoch + 1, learner, sink, stop);
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
  knn_top1_.reset();
  if (!neighbours_ || (epoch + 1) % knn_every_ != 0) return true;
  const auto accuracy = classify(learner, sink, stop);
  if (!accuracy) return false;
  const auto [top1, top5] = *accuracy;
  const KnnVote vote;
  sink(KnnAccuracyEvent{epoch, neighbours_->val_images(), vote.k, vote.temperature, top1, top5});
  knn_top1_ = top1;
  return true;
}

bool Evaluations::score(int64_t epoch, Learner& learner, const Sink& sink,
                        const std::stop_token& stop) {
  if (!scores_ || (epoch + 1) % score_every_ != 0) return true;
  const auto network = [&](const torch::Tensor& images) { return learner.features(images); };
  const auto found = scores_->run(network, [](int64_t) {}, stop);
  scores_->report_bad_images(sink);
  if (!found) return false;
  sink(ScoreEvent{epoch, scores_->images(), found->rank_me, found->alpha_req, found->lidar});
  return true;
}

bool Evaluations::look(int64_t epoch, const Sink& sink, const std::stop_token& stop) {
  if (!lens_ || (epoch + 1) % lens_every_ != 0) return true;
  const auto seen = lens_->run(epoch, stop);
  lens_->report_bad_images(sink);
  if (seen) sink(*seen);
  return seen.has_value();
}

std::optional<Accuracy> Evaluations::classify(Learner& learner, const Sink& sink,
                                              const std::stop_token& stop) {
  const auto network = [&](const torch::Tensor& images) { return learner.features(images); };
  const auto accuracies = neighbours_->run(network, {KnnVote()}, [](int64_t) {}, stop);
  neighbours_->report_bad_images(sink);
  if (!accuracies) return std::nullopt;
  return accuracies->front();
}

bool Evaluations::represent(int64_t epochs, Learner& learner, const Sink& sink,
                            const std::stop_token& stop) {
  if (!representation_) return true;
  const auto network = [&](const torch::Tensor& images) { return learner.features(images); };
  auto now = representation_->run(network, stop);
  if (!now) return false;
  if (knn_top1_) now->top1 = *knn_top1_;
  if (!start_) start_ = now;
  sink(RepresentationEvent{epochs, *now, *start_});
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
