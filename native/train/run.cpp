#include "train/run.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "device/loading.h"
#include "run/bad_images.h"
#include "run/record.h"
#include "run/run_state.h"

namespace rdm {

Run::Run(Setup setup, Naming naming, Loader& loader, Learner& learner, Evaluations& evaluations,
         Plain::Dict own)
    : setup_(std::move(setup)),
      naming_(naming),
      loader_(loader),
      learner_(learner),
      evaluations_(evaluations),
      feed_(loader, setup_.device),
      stop_vote_(setup_.stop, setup_.group),
      saver_(setup_.options.output, naming.keep),
      cadence_(setup_.options.checkpoint_steps, setup_.options.checkpoint_seconds),
      watch_(setup_.device),
      room_(setup_.options.output),
      trained_{listing_of(loader.dataset()), statistics_for(setup_.options, loader.dataset()),
               naming_.classes},
      start_{setup_.options.start_epoch, 0} {
  if (const auto& resumed = setup_.resumed) {
    if (resumed->record) {
      check_configuration(
          differences(*resumed->record, setup_.command, setup_.options, trained_.listing),
          resumed->path, setup_.options, setup_.sink);
    }
    restore(*resumed);
  }
  announce(setup_, start_, steps(), &loader.dataset(), evaluations.val(), std::move(own));
  setup_.resumed.reset();
  if (is_first(setup_.group)) look_for_room(start_.epoch);
}

void Run::restore(const Resumed& from) {
  const auto state = from.record ? from.record->state : RunState();
  RDM_CHECK(state.step <= steps(), Code::bad_checkpoint, from.path, " is ", state.step,
            " steps into an epoch, which has ", steps(), " here");
  start_ = take_up(from, learner_, evaluations_);
  resumed_meters_ = state.metered;
  rollbacks_ = std::max(rollbacks_, state.rollbacks);
  if (state.start) evaluations_.restore_start(state.start);
  loader_.add_bad_images(state.bad_images);
  bad_images_ = static_cast<size_t>(state.bad_images_reported);
  loader_.set_seed(setup_.seed + static_cast<uint64_t>(rollbacks_));
  saver_.set_last(from.path);
}

bool Run::begin() {
  summary_.stopped = !evaluations_.begin(learner_, setup_.sink, setup_.stop);
  return !summary_.stopped;
}

void Run::open_epoch(Position at) {
  times_ = loader_.times();
  begun_ = at.step < steps();
  loader_.start(at.epoch, at.step);
  meters_.emplace("train", at.epoch, steps(), setup_.device);
  if (const auto metered = std::exchange(resumed_meters_, std::nullopt)) {
    meters_->restore(*metered, is_first(setup_.group));
  }
}

DeviceBatch Run::next_batch(Position at) {
  if (setup_.group) setup_.group->at(at.epoch * steps() + at.step);
  auto batch = feed_.next();
  meters_->data_ready();
  return std::move(*batch);
}

void Run::took(Position at, const DeviceBatch& batch, const StepResult& result) {
  watch_.add({at.epoch, at.step, result.lr, result.loss, batch.images}, result.raised);
  meters_->update(result.loss, batch.labels.size(0));
  if (result.logits.defined()) meters_->accuracy(result.logits, batch.labels);
  if (result.momentum_logits.defined()) {
    meters_->momentum_accuracy(result.momentum_logits, batch.labels);
  }
  meters_->step_done();
  ++summary_.steps;
  report_saves();
  stopping_ = stop_vote_.soon() || enough();
}

void Run::report(Position at, double lr) {
  look();
  if (const auto changed = learner_.adapt()) tell(*changed);
  tell(meters_->read(at.step, lr, setup_.group));
}

bool Run::may_save(Position at) const {
  const int64_t next = at.step + 1;
  return next < steps() && next % learner_.steps_per_update() == 0;
}

bool Run::saves(Position at) {
  const int64_t done = at.epoch * steps() + at.step + 1;
  return may_save(at) &&
         cadence_.due(done, learner_.steps_per_update(), logs(at), saver_.busy(), setup_.group);
}

Plain Run::record(Position next, std::optional<Metered> metered) const {
  const RunState state{next.step,
                       metered,
                       loader_.bad_images(),
                       static_cast<int64_t>(bad_images_),
                       rollbacks_,
                       evaluations_.start()};
  return make_record(setup_.command, setup_.options, setup_.seed, trained_, state);
}

void Run::save(Position next) {
  look();
  cadence_.saved();
  summary_.epoch = next.epoch;
  std::optional<Metered> metered;
  if (next.step > 0) metered = meters_->state(setup_.group);
  Checkpoint checkpoint;
  learner_.save(checkpoint);
  check_finite(checkpoint, next, saver_.last());
  if (!is_first(setup_.group)) return;
  checkpoint.epoch = next.epoch;
  checkpoint.arch = setup_.options.arch;
  checkpoint.best_acc1 = evaluations_.best_top1();
  checkpoint.rdm = record(next, metered);
  const bool best = !naming_.numbered && next.step == 0 && evaluations_.improved();
  saver_.save(naming_.numbered ? checkpoint_name(next) : "checkpoint.pth.tar",
              std::move(checkpoint), best);
}

Summary Run::stop(Position next) {
  report_bad_images();
  save(next);
  summary_.loss = meters_->means(setup_.group).loss;
  summary_.stopped = true;
  return finish();
}

bool Run::close_epoch(int64_t epoch) {
  look();
  const auto means = meters_->means(setup_.group);
  summary_.loss = means.loss;
  if (begun_) {
    report_bad_images();
    tell(epoch_event(*meters_, means, epoch, loader_.times(), times_));
  }
  const bool evaluated = evaluations_.run(epoch, learner_, setup_.sink, setup_.stop);
  if (evaluated) {
    if (const auto checked = learner_.check()) tell(*checked);
  }
  save(evaluated ? Position{epoch + 1, 0} : Position{epoch, steps()});
  summary_.stopped = !evaluated || (epoch + 1 < epochs() && (stop_vote_.now() || enough()));
  return !summary_.stopped;
}

Position Run::roll_back(const Diverged& diverged) {
  try {
    saver_.finish();
  } catch (const Error&) {  // reported as a warning; an earlier checkpoint may be there
  }
  report_saves();
  const auto path = saver_.last();
  if (!setup_.options.roll_back || rollbacks_ == kMostRollbacks || path.empty()) throw diverged;
  ++rollbacks_;
  restore(read_resumed(path));
  watch_.forget();
  tell(WarningEvent{"rolled_back", message(diverged.what(), ": back to ", path,
                                           ", and on with another order of the images (",
                                           rollbacks_, " of ", kMostRollbacks, ")")});
  return start_;
}

Summary Run::finish() {
  saver_.finish();
  report_saves();
  summary_.checkpoint = saver_.last();
  evaluations_.add_to(summary_);
  return summary_;
}

void Run::look() {
  watch_.look(loader_.dataset(), setup_.options.output, saver_.last(), setup_.group);
}

bool Run::enough() const {
  const int64_t most = setup_.options.max_steps;
  return most > 0 && summary_.steps >= most;
}

void Run::report_bad_images() {
  rdm::report_bad_images(loader_, "train", setup_.options.output, setup_.sink, bad_images_,
                         setup_.group);
}

void Run::look_for_room(int64_t epoch) {
  if (epoch >= epochs()) return;
  const auto& output = setup_.options.output;
  const auto files =
      naming_.numbered ? saver_.to_come(epoch, epochs()) : unnumbered_to_come(output);
  const auto flags = naming_.numbered ? "--keep and --milestones keep fewer, " : "";
  if (const auto warning = room_.look(files, learner_.checkpoint_bytes(), flags)) tell(*warning);
}

void Run::report_saves() {
  for (const auto& event : saver_.take_events()) {
    tell(event);
    if (const auto* saved = std::get_if<CheckpointEvent>(&event)) look_for_room(saved->epoch);
  }
}

}  // namespace rdm
