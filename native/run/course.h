// The course of a training run, whatever it trains: where it stands, its checkpoints, its meters,
// and what ends it or throws it back.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "base/event.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/saver.h"
#include "data/loading/loader.h"
#include "distributed/group.h"
#include "distributed/vote.h"
#include "options/options.h"
#include "run/cadence.h"
#include "run/divergence.h"
#include "run/meters.h"
#include "run/record.h"
#include "run/resume.h"
#include "run/summary.h"

namespace rdm {

class Course {
 public:
  // Takes a checkpoint's tensors over; the path is for messages.
  using Load = std::function<void(const Checkpoint&, const std::string& path)>;
  // Puts the tensors into a checkpoint.
  using Fill = std::function<void(Checkpoint&)>;

  // command: as checkpoints record it. keep: how many numbered checkpoints stay; 0: all. Reads the
  // checkpoint that the run goes on from, and seeds everything. What is referred to has to outlive
  // this.
  Course(const char* command, const RunOptions& options, int64_t keep, torch::Device device,
         const Sink& sink, std::stop_token stop, Group* group);

  uint64_t seed() const { return seed_; }

  // With the training images (null where none are trained on) and the network in place: goes on
  // from the checkpoint, if there is one. Throws bad_checkpoint where it is another run's.
  void begin(Loader* loader, Load load);

  // Where training goes on: the checkpoint's position after begin() and after a roll-back.
  Position start() const { return start_; }
  std::string resumed_from() const { return saver_.last(); }

  // Meters of an epoch, with what a checkpoint in its middle had metered.
  Meters open_meters(int64_t epoch, int64_t steps);

  // After the update of a step. raised: FiniteGuard's.
  void stepped(TrainedStep step, const torch::Tensor& raised);

  // Waits for the device; throws Diverged where a step since the last look was not finite.
  void look();

  bool ending();  // asked to stop, or enough steps taken; once a step
  bool over();    // the same between epochs, waiting for all ranks
  // Cadence::due, `done` steps into the run.
  bool due(int64_t done, int64_t taken, bool logging) {
    return cadence_.due(done, taken, logging, saver_.busy(), group_);
  }

  // meters: of the epoch so far where `next` is in its middle.
  void save(const std::string& file, Position next, const Plain& meters, const Fill& fill,
            bool best = false);

  void report_bad_images();
  // begun: steps were taken since start(), and not all before it. before: the loader's times then.
  void epoch_done(Meters& meters, int64_t epoch, bool begun, const LoaderTimes& before);
  void evaluated(const EvaluationEvent& result);

  // To the last checkpoint, and on from there with another order of the images and other views.
  // Throws `diverged` again where options.roll_back does not allow it or there is none.
  void roll_back(const Diverged& diverged);

  double& best_top1() { return best_top1_; }  // percent
  Summary& summary() { return summary_; }
  Summary finish();  // waits for the last checkpoint; throws where it could not be written

 private:
  void restore(const Checkpoint& checkpoint, const std::string& path);
  void report_saves();
  bool enough() const;  // --steps of rdm verify-resume

  const char* command_;
  const RunOptions& options_;
  torch::Device device_;
  const Sink& sink_;
  Group* group_;
  std::optional<Resumed> resumed_;  // until begin()
  uint64_t seed_;
  StopVote vote_;
  Loader* loader_ = nullptr;
  Load load_;
  std::string listing_;    // of the training images
  size_t bad_images_ = 0;  // reported so far
  Position start_;
  Plain meters_;  // of the epoch that start_ is in the middle of; null at an epoch's start
  int64_t rollbacks_ = 0;
  double best_top1_ = 0;
  Saver saver_;
  Cadence cadence_;
  DivergenceWatch watch_;
  Summary summary_;
};

}  // namespace rdm
