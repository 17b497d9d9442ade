// A training run, whatever it trains: where it stands, what it tells, what it saves, what ends it
// or throws it back. The loop calls what stands here in its order.
#pragma once
#include <optional>
#include <string>

#include "checkpoint/saver.h"
#include "device/feed.h"
#include "distributed/stop_vote.h"
#include "run/cadence.h"
#include "run/divergence.h"
#include "run/meters.h"
#include "run/output.h"
#include "run/setup.h"
#include "run/summary.h"
#include "train/evaluations.h"
#include "train/learner.h"

namespace rdm {

// How a command names its checkpoints: one for each epoch, of which `keep` says how many stay, or
// one that is overwritten, with a copy of the best; and the classes that they name.
struct Naming {
  bool numbered = true;
  Keep keep;
  std::vector<std::string> classes;  // none where no classifier is trained
};

class Run {
 public:
  // Goes on from the checkpoint, if there is one, and announces itself; own: what only this command
  // has to say. Throws bad_checkpoint where the checkpoint is another run's.
  Run(Setup setup, Naming naming, Loader& loader, Learner& learner, Evaluations& evaluations,
      Plain::Dict own);

  Position start() const { return start_; }
  int64_t epochs() const { return setup_.options.epochs; }
  int64_t steps() const { return learner_.steps_per_epoch(); }

  bool begin();  // what is measured before the first step; false: stopped on the way
  void open_epoch(Position at);
  DeviceBatch next_batch(Position at);  // valid until the next
  // Meters, divergence watch, what became of checkpoints, and the ranks' stop vote.
  void took(Position at, const DeviceBatch& batch, const StepResult& result);

  bool logs(Position at) const { return at.step % setup_.options.print_freq == 0; }
  void report(Position at, double lr);  // waits for the device; throws Diverged
  void tell(const Event& event) { setup_.sink(event); }

  // Whether the step was the run's last, as it was asked to stop or has taken enough, or whether a
  // checkpoint is due. Neither is in the middle of an update, nor after an epoch's last step.
  bool stops(Position at) const { return stopping_ && may_save(at); }
  bool saves(Position at);

  void save(Position next);     // throws Diverged rather than save what is not finite
  Summary stop(Position next);  // in the middle of an epoch
  // Scores and a checkpoint; false: the run was stopped.
  bool close_epoch(int64_t epoch);
  Summary finish();  // waits for the last checkpoint; throws where it could not be written

  // To the last checkpoint, and on from there with another order of the images and other views.
  // Throws `diverged` again where options.roll_back does not allow it or there is none.
  Position roll_back(const Diverged& diverged);

 private:
  void restore(const Resumed& from);
  void
  look();  // waits for the device; throws Diverged where a step since the last look was not finite
  bool may_save(Position at) const;
  bool enough() const;  // --steps of rdm verify-resume
  void report_bad_images();
  void report_saves();
  void look_for_room(int64_t epoch);  // on the disk, for what comes after so many epochs
  Plain record(Position next, std::optional<Metered> metered) const;

  Setup setup_;
  Naming naming_;
  Loader& loader_;
  Learner& learner_;
  Evaluations& evaluations_;
  Feed feed_;
  StopVote stop_vote_;
  Saver saver_;
  Cadence cadence_;
  DivergenceWatch watch_;
  RoomWatch room_;
  Trained trained_;

  Position start_;
  std::optional<Metered> resumed_meters_;  // of the epoch that start_ is in the middle of
  int64_t rollbacks_ = 0;
  size_t bad_images_ = 0;  // reported so far
  bool stopping_ = false;
  Summary summary_;

  // Of the epoch in progress.
  std::optional<Meters> meters_;
  LoaderTimes times_;   // when it began
  bool begun_ = false;  // in this process: not all its steps were taken before
};

}  // namespace rdm
