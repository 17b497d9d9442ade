#include "run/course.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "device/device.h"
#include "device/loading.h"
#include "run/bad_images.h"
#include "run/run_state.h"

namespace rdm {

Course::Course(const char* command, const RunOptions& options, int64_t keep, torch::Device device,
               const Sink& sink, std::stop_token stop, Group* group)
    : command_(command),
      options_(options),
      device_(device),
      sink_(sink),
      group_(group),
      resumed_(load_resumed(command, options, sink)),
      seed_(seed_everything(chosen_seed(options, resumed_), device, group)),
      vote_(std::move(stop), group),
      start_{options.start_epoch, 0},
      saver_(options.output, keep),
      cadence_(options.checkpoint_steps, options.checkpoint_seconds),
      watch_(device) {}

void Course::begin(Loader* loader, Load load) {
  loader_ = loader;
  load_ = std::move(load);
  if (loader_) listing_ = listing_of(loader_->dataset());
  const auto resumed = std::exchange(resumed_, std::nullopt);
  if (!resumed) return;
  const auto& [path, checkpoint] = *resumed;
  if (loader_) {
    check_configuration(differences(checkpoint.rdm, command_, options_, listing_), path, options_,
                        sink_);
  }
  restore(checkpoint, path);
}

void Course::restore(const Checkpoint& checkpoint, const std::string& path) {
  const auto state = recorded_state(checkpoint.rdm);
  load_(checkpoint, path);
  start_ = {checkpoint.epoch, state.step};
  meters_ = state.meters;
  best_top1_ = checkpoint.best_acc1.value_or(0);
  rollbacks_ = std::max(rollbacks_, state.rollbacks);
  if (loader_) {
    loader_->add_bad_images(state.bad_images);
    bad_images_ = static_cast<size_t>(state.bad_images_reported);
    loader_->set_seed(seed_ + static_cast<uint64_t>(rollbacks_));
  }
  saver_.set_last(path);
}

Meters Course::open_meters(int64_t epoch, int64_t steps) {
  Meters meters("train", epoch, steps, device_);
  if (const auto state = std::exchange(meters_, Plain()); !state.is_null()) {
    meters.restore(state, is_first(group_));
  }
  return meters;
}

void Course::stepped(TrainedStep step, const torch::Tensor& raised) {
  watch_.add(std::move(step), raised);
  ++summary_.steps;
  report_saves();
}

void Course::look() {
  watch_.look(loader_->dataset(), options_.output, saver_.last(), group_);
}

bool Course::enough() const {
  return options_.max_steps > 0 && summary_.steps >= options_.max_steps;
}

bool Course::ending() {
  return vote_.soon() || enough();
}

bool Course::over() {
  return vote_.now() || enough();
}

void Course::save(const std::string& file, Position next, const Plain& meters, const Fill& fill,
                  bool best) {
  cadence_.saved();
  summary_.epoch = next.epoch;
  if (!is_first(group_)) return;
  Checkpoint checkpoint;
  checkpoint.epoch = next.epoch;
  checkpoint.arch = options_.arch;
  fill(checkpoint);
  const RunState state{next.step, meters, loader_->bad_images(), static_cast<int64_t>(bad_images_),
                       rollbacks_};
  checkpoint.rdm = make_record(command_, options_, seed_, listing_, state);
  saver_.save(file, std::move(checkpoint), best);
}

void Course::report_saves() {
  for (const auto& event : saver_.take_events()) sink_(event);
}

void Course::report_bad_images() {
  rdm::report_bad_images(*loader_, "train", options_.output, sink_, bad_images_, group_);
}

void Course::epoch_done(Meters& meters, int64_t epoch, bool begun, const LoaderTimes& before) {
  look();
  const auto means = meters.means(group_);
  summary_.loss = means.loss;
  if (!begun) return;
  report_bad_images();
  sink_(epoch_event(meters, means, epoch, loader_->times(), before));
}

void Course::evaluated(const EvaluationEvent& result) {
  summary_.top1 = result.top1;
  summary_.top5 = result.top5;
  summary_.best_top1 = best_top1_;
}

void Course::roll_back(const Diverged& diverged) {
  try {
    saver_.finish();
  } catch (const Error&) {  // reported as a warning; an earlier checkpoint may be there
  }
  report_saves();
  const auto path = saver_.last();
  if (!options_.roll_back || rollbacks_ == kMostRollbacks || path.empty()) throw diverged;
  ++rollbacks_;
  restore(load_checkpoint(path), path);
  watch_.forget();
  sink_(WarningEvent{"rolled_back", message(diverged.what(), ": back to ", path,
                                            ", and on with another order of the images (",
                                            rollbacks_, " of ", kMostRollbacks, ")")});
}

Summary Course::finish() {
  saver_.finish();
  report_saves();
  summary_.checkpoint = saver_.last();
  return summary_;
}

}  // namespace rdm
