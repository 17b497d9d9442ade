// What is measured at an epoch's end: a classifier on the validation images, and the features by
// their nearest neighbours and without labels.
#pragma once
#include <optional>
#include <stop_token>

#include "evaluate/neighbour_evaluation.h"
#include "evaluate/representation.h"
#include "evaluate/score_monitor.h"
#include "evaluate/validation.h"
#include "run/resume.h"
#include "run/summary.h"
#include "train/learner.h"
#include "train/lens_monitor.h"

namespace rdm {

class Evaluations {
 public:
  // The learner's classifier, after each epoch. train: null, or what must have the same classes.
  void add_validation(const RunOptions& options, const Dataset* train, torch::Device device,
                      Group* group);
  // The learner's features, after every so many epochs.
  void add_neighbours(const PretrainOptions& options, const Dataset& train, torch::Device device,
                      Group* group);

  // The learner's features without labels, after every so many epochs: on the validation images, or
  // where there are none on the training images.
  void add_scores(const PretrainOptions& options, const Dataset& train, torch::Device device,
                  Group* group);

  // Both branches of its method through the lens, after every so many epochs: on the same images.
  void add_lens(const PretrainOptions& options, Method& method, const Dataset& train,
                torch::Device device, Group* group);

  // What the backbone makes of some training images, before the first step and after each epoch.
  void add_representation(const PretrainOptions& options, const Dataset& train,
                          torch::Device device, Group* group);

  // Before the first step, unless the run has been there before. False: stopped on the way.
  bool begin(Learner& learner, const Sink& sink, const std::stop_token& stop);

  // False: stopped on the way.
  bool run(int64_t epoch, Learner& learner, const Sink& sink, const std::stop_token& stop);

  const Dataset* val() const { return validation_ ? &validation_->dataset() : nullptr; }
  std::optional<double> best_top1() const;     // of the run, percent; none without a classifier
  bool improved() const { return improved_; }  // the latest is the best so far
  void add_to(Summary& summary) const;         // the latest, where there was one in this process
  void restore(double best_top1) { best_top1_ = best_top1; }
  const std::optional<Representation>& start() const { return start_; }  // of the run
  void restore_start(std::optional<Representation> start) { start_ = start; }

 private:
  bool validate(int64_t epoch, Learner& learner, const Sink& sink, const std::stop_token& stop);
  bool find_neighbours(int64_t epoch, Learner& learner, const Sink& sink,
                       const std::stop_token& stop);
  bool score(int64_t epoch, Learner& learner, const Sink& sink, const std::stop_token& stop);
  bool look(int64_t epoch, const Sink& sink, const std::stop_token& stop);
  std::optional<Accuracy> classify(Learner& learner, const Sink& sink, const std::stop_token& stop);
  // epochs: that are done.
  bool represent(int64_t epochs, Learner& learner, const Sink& sink, const std::stop_token& stop);

  std::optional<Validation> validation_;
  std::optional<NeighbourEvaluation> neighbours_;
  std::optional<ScoreMonitor> scores_;
  std::optional<LensMonitor> lens_;
  std::optional<RepresentationMonitor> representation_;
  std::optional<Representation> start_;
  int64_t knn_every_ = 0, score_every_ = 0, lens_every_ = 0;
  std::optional<double> knn_top1_;  // of the latest look, where neighbours were due
  std::optional<EvaluationEvent> latest_;
  double best_top1_ = 0;
  bool improved_ = false;
};

// What a checkpoint holds: the learner's weights and the best accuracy. Where it stands.
Position take_up(const Resumed& from, Learner& learner, Evaluations& evaluations);

}  // namespace rdm
