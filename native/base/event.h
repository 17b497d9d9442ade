// What a run reports while it goes on. Numbers only; the command line turns them into text.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/plain.h"

namespace rdm {

// A meter's latest value and its mean since the epoch began (the reference's AverageMeter).
struct Meter {
  double value = 0;
  double average = 0;
};

struct StartEvent {
  std::string command;  // pretrain, lincls
  Plain::Dict details;  // device, parameters, classes, images, steps per epoch, …
};

// The weights of another file that a run begins with, by their names in it.
struct InitEvent {
  std::string weights;  // the file
  std::string kind;     // who wrote it: simsiam, lincls, lightning, moco, torchvision
  std::vector<std::string> taken, left;
};

// What the backbone makes of some of the training images, in the evaluation view.
struct Representation {
  int64_t images = 0;
  double effective_rank = 0, effective_rank_squared = 0;  // as a branch's
  double top1 = -1;  // by the nearest neighbours, percent; below 0 where it was not measured
};

// How it stands beside what the run began with.
struct RepresentationEvent {
  int64_t epochs = 0;  // that are done; 0: before the first step
  Representation now, start;
};

struct StepEvent {
  std::string phase;  // train, validation
  int64_t epoch = 0;
  int64_t step = 0;  // within the epoch, 0-based
  int64_t steps_per_epoch = 0;
  double lr = 0;
  double images_per_second = 0;
  Meter batch_seconds, data_seconds, loss;
  Meter top1, top5;           // percent
  Meter momentum_top1;        // of the momentum classifier, percent
  bool has_accuracy = false;  // whether top1 and top5 hold anything
  bool has_momentum_accuracy = false;
};

// What one branch puts out on a batch: how many directions it really uses.
struct BranchRank {
  double effective_rank = 0;          // exp of the entropy of s / Σs
  double effective_rank_squared = 0;  // the same of s² / Σs²
  std::vector<double> top_singular_values;
  double feature_std =
      0;  // of normalised features, times √D: 1 where they spread evenly, 0 collapsed
};

// The paper's quantity: the target's effective rank is above the online one's where training works.
struct RankEvent {
  int64_t epoch = 0;
  int64_t step = 0;
  BranchRank online, target;
  double alignment = 0;  // mean cosine between the branches
};

struct EpochEvent {
  int64_t epoch = 0;
  double loss = 0;  // mean over the logged steps
  double seconds = 0;
  double images_per_second = 0;
  // What the loader's workers did in it, in seconds added up over workers.
  double decode_seconds = 0, augment_seconds = 0;
  double idle_seconds = 0;  // waiting for training to give batches back
};

struct EvaluationEvent {
  int64_t epoch = 0;
  int64_t images = 0;
  double top1 = 0, top5 = 0, best_top1 = 0;  // percent
  double loss = 0;
};

// Validation images by the nearest training images, in the features of the online backbone.
struct KnnAccuracyEvent {
  int64_t epoch = 0;
  int64_t images = 0;
  int64_t k = 0;
  double temperature = 0;
  double top1 = 0, top5 = 0;  // percent
};

// What the online backbone's features tell without labels; NaN where there is nothing to measure.
struct ScoreEvent {
  int64_t epoch = 0;
  int64_t images = 0;
  double rank_me = 0, alpha_req = 0, lidar = 0;
};

// Both branches and what stands between them, on whole images: as lens/lens.h has it, of some
// directions.
struct LensEvent {
  int64_t epoch = 0;
  int64_t images = 0;
  std::vector<int64_t> directions;  // their numbers, from 1, the largest
  Plain described;
};

// The backbone is still the pretrained checkpoint's after an epoch of linear training.
struct SanityCheckEvent {
  std::string checkpoint;
};

struct CheckpointEvent {
  std::string path;
  int64_t epoch = 0;
  bool best = false;
};

struct WarningEvent {
  std::string code;
  std::string message;
};

struct ProgressEvent {
  int64_t done = 0, total = 0;
};

using Event = std::variant<InitEvent, StartEvent, StepEvent, RankEvent, EpochEvent, EvaluationEvent,
                           KnnAccuracyEvent, ScoreEvent, LensEvent, RepresentationEvent,
                           SanityCheckEvent, CheckpointEvent, WarningEvent, ProgressEvent>;
using Sink = std::function<void(const Event&)>;

Plain to_plain(const Event& event);  // {type: 'step', …}, keys in camelCase

}  // namespace rdm
