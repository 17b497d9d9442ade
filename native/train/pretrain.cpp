#include "train/pretrain.h"

#include <torch/torch.h>
#include <torch/version.h>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "data/loader.h"
#include "train/device.h"
#include "train/feed.h"
#include "train/finite.h"
#include "train/learner.h"
#include "train/loading.h"
#include "train/memory.h"
#include "train/meters.h"
#include "train/output.h"
#include "train/rank_monitor.h"
#include "train/record.h"
#include "train/validation.h"

namespace rdm {
namespace {

class Pretraining {
 public:
  Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop);
  Summary run();

 private:
  Loader open_loader() const;
  std::optional<Validation> open_validation() const;
  void resume();
  void announce();
  void warn(const char* code, std::string text);
  bool train_epoch(int64_t epoch, int64_t first_step);  // false: stopped on the way
  bool validate(int64_t epoch);                         // false: stopped on the way
  void finish_epoch(Meters& meters, int64_t epoch, const LoaderTimes& before);
  void check(double loss, int64_t epoch, int64_t step) const;
  void save(const std::string& file, Position next, double loss);

  const PretrainOptions& options_;
  const Sink& sink_;
  std::stop_token stop_;
  torch::Device device_;
  std::optional<Checkpoint> resumed_;
  uint64_t seed_;
  Loader loader_;
  size_t bad_images_ = 0;  // reported so far
  Learner learner_;
  std::optional<Validation> validation_;  // of the online classifier
  Position start_;
  double best_top1_ = 0;
  Summary summary_;
};

std::optional<Checkpoint> load_resumed(const PretrainOptions& options) {
  if (options.resume.empty()) return std::nullopt;
  auto checkpoint = load_checkpoint(options.resume);
  RDM_CHECK(checkpoint.arch == options.arch, Code::bad_checkpoint, options.resume, " holds a ",
            checkpoint.arch, ", not a ", options.arch, " (--arch)");
  return checkpoint;
}

std::optional<int64_t> chosen_seed(const PretrainOptions& options,
                                   const std::optional<Checkpoint>& resumed) {
  return options.seed || !resumed ? options.seed : recorded_seed(resumed->rdm);
}

Pretraining::Pretraining(const PretrainOptions& options, const Sink& sink, std::stop_token stop)
    : options_(options),
      sink_(sink),
      stop_(std::move(stop)),
      device_(choose_device(options.device, options.gpu, options.precision)),
      resumed_(load_resumed(options)),
      seed_(seed_everything(chosen_seed(options, resumed_), device_)),
      loader_(open_loader()),
      learner_(options, static_cast<int64_t>(loader_.dataset().classes.size()),
               loader_.steps_per_epoch(), device_),
      validation_(open_validation()),
      start_{options.start_epoch, 0} {
  if (resumed_) resume();
}

Loader Pretraining::open_loader() const {
  auto dataset = open_split(options_, "train", options_.images_per_class);
  auto loader = loader_options(options_, dataset, seed_, device_);
  loader.batch_size = options_.batch_size;
  loader.recipe = std::vector<RandomView>(options_.views.begin(), options_.views.end());
  return Loader(std::move(dataset), loader);
}

std::optional<Validation> Pretraining::open_validation() const {
  if (!options_.online_classifier || !has_split(options_.data, "val")) return std::nullopt;
  return std::optional<Validation>(std::in_place, options_, &loader_.dataset(), device_);
}

void Pretraining::resume() {
  learner_.load(*resumed_, options_.resume);
  start_ = {resumed_->epoch, recorded_step(resumed_->rdm)};
  best_top1_ = resumed_->best_acc1.value_or(0);
  summary_.checkpoint = options_.resume;
  resumed_.reset();
}

void Pretraining::announce() {
  const auto& dataset = loader_.dataset();
  const bool byol = options_.method.name == MethodName::byol;
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
                    {"startEpoch", start_.epoch},
                    {"batchSize", options_.batch_size},
                    {"seed", static_cast<int64_t>(seed_)},
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

void Pretraining::check(double loss, int64_t epoch, int64_t step) const {
  check_finite(loss, epoch, step, learner_.lr(), summary_.checkpoint);
}

void Pretraining::save(const std::string& file, Position next, double loss) {
  const auto path = in_folder(options_.output, file);
  Checkpoint checkpoint;
  checkpoint.epoch = next.epoch;
  checkpoint.arch = options_.arch;
  learner_.save(checkpoint);
  if (validation_) checkpoint.best_acc1 = best_top1_;
  checkpoint.rdm = make_record("pretrain", options_, seed_, next.step);
  save_checkpoint(path, checkpoint);
  summary_.checkpoint = path;
  summary_.epoch = next.epoch;
  summary_.loss = loss;
  sink_(CheckpointEvent{path, next.epoch, /*best=*/false});
}

bool Pretraining::train_epoch(int64_t epoch, int64_t first_step) {
  const int64_t steps = learner_.steps_per_epoch();
  const auto before = loader_.times();
  loader_.start(epoch, first_step);
  Feed feed(loader_, device_);
  Meters meters("train", epoch, steps, device_);

  for (int64_t step = first_step; step < steps; ++step) {
    const auto batch = feed.next();
    meters.data_ready();
    const auto result = learner_.step(*batch, epoch, step);
    meters.update(result.loss, batch->labels.size(0));
    if (result.logits.defined()) meters.accuracy(result.logits, batch->labels);
    if (result.momentum_logits.defined()) {
      meters.momentum_accuracy(result.momentum_logits, batch->labels);
    }
    meters.step_done();
    ++summary_.steps;

    if (step % options_.print_freq == 0) {
      const auto event = meters.read(step, learner_.lr());
      check(event.loss.value, epoch, step);
      sink_(event);
    }
    if (step % options_.rank_every == 0) sink_(measure_rank(result.outputs, epoch, step));
    if (stop_.stop_requested() && learner_.between_updates(step + 1) && step + 1 < steps) {
      const double mean = meters.mean_loss();
      check(mean, epoch, step);
      report_bad_images(loader_, "train", options_.output, sink_, bad_images_);
      save("checkpoint_stopped.pth.tar", {epoch, step + 1}, mean);
      return false;
    }
  }
  finish_epoch(meters, epoch, before);
  const bool validated = validate(epoch);
  char file[64];
  std::snprintf(file, sizeof file, "checkpoint_%04lld.pth.tar", static_cast<long long>(epoch));
  save(file, {epoch + 1, 0}, *summary_.loss);
  return (validated && !stop_.stop_requested()) || epoch + 1 == options_.epochs;
}

void Pretraining::finish_epoch(Meters& meters, int64_t epoch, const LoaderTimes& before) {
  if (meters.images() > 0) summary_.loss = meters.mean_loss();
  const double mean = summary_.loss.value_or(0);  // resumed at the epoch's very end
  check(mean, epoch, learner_.steps_per_epoch() - 1);
  report_bad_images(loader_, "train", options_.output, sink_, bad_images_);
  sink_(epoch_event(meters, epoch, mean, loader_.times(), before));
  summary_.loss = mean;
}

bool Pretraining::validate(int64_t epoch) {
  if (!validation_) return true;
  learner_.train(false);
  const auto logits = [&](const torch::Tensor& images) { return learner_.classify(images); };
  const auto result = validation_->run(epoch, logits, best_top1_, sink_, stop_);
  learner_.train(true);
  if (!result) return false;
  summary_.top1 = result->top1;
  summary_.top5 = result->top5;
  summary_.best_top1 = best_top1_;
  return true;
}

Summary Pretraining::run() {
  announce();
  learner_.train(true);
  for (Position at = start_; at.epoch < options_.epochs; at = {at.epoch + 1, 0}) {
    if (!train_epoch(at.epoch, at.step)) {
      summary_.stopped = true;
      break;
    }
  }
  return summary_;
}

}  // namespace

Summary pretrain(const PretrainOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  keep_freed_memory();
  return Pretraining(options, sink, std::move(stop)).run();
}

}  // namespace rdm
