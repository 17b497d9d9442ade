#include "train/pretrain.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "checkpoint/checkpoint.h"
#include "data/loading/loader.h"
#include "device/device.h"
#include "device/feed.h"
#include "device/loading.h"
#include "device/memory.h"
#include "evaluate/neighbour_evaluation.h"
#include "evaluate/validation.h"
#include "run/course.h"
#include "run/launch.h"
#include "run/output.h"
#include "run/output_lock.h"
#include "train/learner.h"
#include "train/rank_monitor.h"

namespace rdm {
namespace {

class Pretraining {
 public:
  Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop, Group* group);
  Summary run();

 private:
  Loader open_loader() const;
  std::optional<Validation> open_validation() const;
  std::optional<NeighbourEvaluation> open_neighbours() const;
  void announce();
  void warn(const char* code, std::string text);
  bool train_epoch(Position from);      // false: stopped on the way
  bool validate(int64_t epoch);         // false: stopped on the way
  bool find_neighbours(int64_t epoch);  // likewise
  void save(Position next, Meters& meters);

  const PretrainOptions& options_;
  const Sink& sink_;
  std::stop_token stop_;
  Group* group_;
  torch::Device device_;
  Course course_;
  Loader loader_;
  Learner learner_;
  std::optional<Validation> validation_;  // of the online classifier
  std::optional<NeighbourEvaluation> neighbours_;
};

Pretraining::Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop,
                         Group* group)
    : options_(options),
      sink_(sink),
      stop_(std::move(stop)),
      group_(group),
      device_(choose_device(options)),
      course_("pretrain", options, options.keep, device_, sink, stop_, group),
      loader_(open_loader()),
      learner_(options, static_cast<int64_t>(loader_.dataset().classes.size()),
               loader_.steps_per_epoch(), device_, group),
      validation_(open_validation()),
      neighbours_(open_neighbours()) {
  course_.begin(&loader_, [this](const Checkpoint& checkpoint, const std::string& path) {
    learner_.load(checkpoint, path);
    learner_.guard().lower();
  });
}

Loader Pretraining::open_loader() const {
  auto dataset = open_split(options_, "train", options_.images_per_class);
  auto loader = loader_options(options_, dataset, course_.seed(), device_, group_);
  loader.batch_size = options_.own_batch();
  loader.recipe = std::vector<RandomView>(options_.views.begin(), options_.views.end());
  return Loader(std::move(dataset), loader);
}

std::optional<Validation> Pretraining::open_validation() const {
  if (!options_.online_classifier || !has_split(options_.data, "val")) return std::nullopt;
  return std::optional<Validation>(std::in_place, options_, &loader_.dataset(), device_, group_);
}

std::optional<NeighbourEvaluation> Pretraining::open_neighbours() const {
  if (options_.knn_every == 0) return std::nullopt;
  return std::optional<NeighbourEvaluation>(std::in_place, options_, options_.precision,
                                            loader_.dataset(), device_, group_);
}

void Pretraining::announce() {
  const auto& dataset = loader_.dataset();
  const bool byol = options_.method.name == MethodName::byol;
  const auto [start_epoch, start_step] = course_.start();
  const auto resumed = course_.resumed_from();
  sink_(StartEvent{"pretrain",
                   {{"method", byol ? "byol" : "simsiam"},
                    {"arch", options_.arch},
                    {"parameters", learner_.parameters()},
                    {"device", device_.str()},
                    {"precision", name_of(options_.precision)},
                    {"classes", static_cast<int64_t>(dataset.classes.size())},
                    {"trainImages", dataset.size()},
                    {"valImages", validation_ ? validation_->dataset().size() : int64_t{0}},
                    {"stepsPerEpoch", learner_.steps_per_epoch()},
                    {"epochs", options_.epochs},
                    {"startEpoch", start_epoch},
                    {"startStep", start_step},
                    {"resumed", resumed.empty() ? Plain() : Plain(resumed)},
                    {"batchSize", options_.global_batch()},
                    {"dim", options_.method.dim},
                    {"processes", group_ ? group_->size() : 1},
                    {"seed", static_cast<int64_t>(course_.seed())},
                    {"threads", torch::get_num_threads()},
                    {"libtorch", TORCH_VERSION}}});
  if (options_.method.filter) {
    warn("filter_direction", warn_against_theory(*options_.method.filter));
  }
  warn("missing_classes", warn_of_missing_classes(options_.dataset, dataset));
}

void Pretraining::warn(const char* code, std::string text) {
  if (!text.empty()) sink_(WarningEvent{code, std::move(text)});
}

void Pretraining::save(Position next, Meters& meters) {
  const auto metered = next.step > 0 ? meters.state(group_) : Plain();
  course_.save(checkpoint_name(next), next, metered, [this](Checkpoint& checkpoint) {
    learner_.save(checkpoint);
    if (validation_) checkpoint.best_acc1 = course_.best_top1();
  });
}

bool Pretraining::train_epoch(Position from) {
  const int64_t epoch = from.epoch, steps = learner_.steps_per_epoch();
  const auto before = loader_.times();
  loader_.start(epoch, from.step);
  Feed feed(loader_, device_);
  auto meters = course_.open_meters(epoch, steps);

  for (int64_t step = from.step; step < steps; ++step) {
    if (group_) group_->at(epoch * steps + step);
    const auto batch = feed.next();
    meters.data_ready();
    const auto result = learner_.step(*batch, epoch, step);
    course_.stepped({epoch, step, learner_.lr(), result.loss, batch->images},
                    learner_.guard().raised());
    meters.update(result.loss, batch->labels.size(0));
    if (result.logits.defined()) meters.accuracy(result.logits, batch->labels);
    if (result.momentum_logits.defined()) {
      meters.momentum_accuracy(result.momentum_logits, batch->labels);
    }
    meters.step_done();

    const bool logging = step % options_.print_freq == 0;
    if (logging) {
      course_.look();
      sink_(meters.read(step, learner_.lr(), group_));
    }
    if (step % options_.rank_every == 0) {
      if (const auto rank = measure_rank(result.first, epoch, step, group_)) sink_(*rank);
    }
    const bool last = course_.ending();
    if (!learner_.between_updates(step + 1) || step + 1 == steps) continue;
    const int64_t done = epoch * steps + step + 1;
    if (!last && !course_.due(done, options_.accumulate, logging)) continue;
    course_.look();
    if (last) course_.report_bad_images();
    save({epoch, step + 1}, meters);
    if (last) {
      course_.summary().loss = meters.means(group_).loss;
      return false;
    }
  }
  course_.epoch_done(meters, epoch, /*begun=*/from.step < steps, before);
  const bool validated = validate(epoch) && find_neighbours(epoch);
  save(validated ? Position{epoch + 1, 0} : Position{epoch, steps}, meters);
  return validated && (!course_.over() || epoch + 1 == options_.epochs);
}

bool Pretraining::validate(int64_t epoch) {
  if (!validation_) return true;
  learner_.train(false);
  const auto logits = [&](const torch::Tensor& images) { return learner_.classify(images); };
  const auto result = validation_->run(epoch, logits, course_.best_top1(), sink_, stop_);
  learner_.train(true);
  if (!result) return false;
  course_.evaluated(*result);
  return true;
}

bool Pretraining::find_neighbours(int64_t epoch) {
  if (!neighbours_ || (epoch + 1) % options_.knn_every != 0) return true;
  learner_.train(false);
  const auto network = [&](const torch::Tensor& images) { return learner_.features(images); };
  const Vote vote;
  const auto accuracies = neighbours_->run(network, {vote}, [](int64_t) {}, stop_);
  learner_.train(true);
  neighbours_->report_bad_images(sink_);
  if (!accuracies) return false;
  const auto [top1, top5] = accuracies->front();
  sink_(KnnAccuracyEvent{epoch, neighbours_->val_images(), vote.k, vote.temperature, top1, top5});
  return true;
}

Summary Pretraining::run() {
  announce();
  learner_.train(true);
  for (Position at = course_.start(); at.epoch < options_.epochs;) {
    try {
      if (!train_epoch(at)) {
        course_.summary().stopped = true;
        break;
      }
      at = {at.epoch + 1, 0};
    } catch (const Diverged& diverged) {
      course_.roll_back(diverged);
      at = course_.start();
    }
  }
  return course_.finish();
}

}  // namespace

Summary pretrain(const PretrainOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  keep_freed_memory();
  Summary summary;
  together(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    std::optional<OutputLock> lock;
    if (is_first(group)) lock.emplace(options.output, heard);
    summary = Pretraining(options, heard, stop, group).run();
  });
  return summary;
}

}  // namespace rdm
