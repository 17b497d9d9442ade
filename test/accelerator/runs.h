// Whole runs, small: on the CPU, on either simulated device, at every laziness.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/event.h"
#include "options/supervised.h"
#include "run/summary.h"

namespace rdm::test {

// Where a run computes, and how late its device works.
struct Place {
  int device = -1;   // -1: the CPU
  int laziness = 0;  // polls
};

// What one configuration's outcome is to be the same on: either device, at once and as late as can
// be; of every run (every_run.h) also in between.
const std::vector<Place>& simulated_places();

// 40 images of ten classes to train on, 20 to validate, 32 pixels and more; made once.
const std::string& images();

// Batches of 8, two views of 32 pixels, ResNet-18, a step or two logged.
PretrainOptions small_pretraining();
LinclsOptions small_lincls(const std::string& pretrained);
FinetuneOptions small_finetune(const std::string& checkpoint);  // empty: from scratch
KnnOptions small_knn(const std::string& pretrained);

struct Outcome {
  std::vector<double> losses;  // every loss that was told: of steps, epochs and validations
  std::vector<double> scores;  // effective ranks, and accuracies in percent
  std::string weights;         // hashes of the last checkpoint's tensors
  std::string checkpoint;      // its path, in a folder that stays until the program ends
};

Outcome run(PretrainOptions options, Place place);
Outcome run(LinclsOptions options, Place place);
Outcome run(FinetuneOptions options, Place place);
Outcome run(KnnOptions options, Place place);

// work(options, sink, stop), told to `sink`, in a folder of its own.
template <typename Options, typename Work>
Summary run_with(Options options, Place place, Work work, const Sink& sink);
void prepare(DataOptions& data, NetworkOptions& network, Place place);

// The same on the CPU within rounding, and on the devices bit for bit, over three steps.
template <typename Options>
void check_everywhere(Options options, double rounding = 1e-6);

void check_alike(const Outcome& cpu, const Outcome& device, double rounding = 1e-6);  // of a loss
void check_equal(const Outcome& first, const Outcome& other);

template <typename Options, typename Work>
Summary run_with(Options options, Place place, Work work, const Sink& sink) {
  prepare(options, options, place);
  return work(options, sink, std::stop_token());
}

template <typename Options>
void check_everywhere(Options options, double rounding) {
  options.subset.images_per_class = 3;
  const auto cpu = run(options, Place{});
  std::optional<Outcome> first;
  for (const auto place : simulated_places()) {
    const auto outcome = run(options, place);
    if (first) {
      check_equal(*first, outcome);
    } else {
      check_alike(cpu, outcome, rounding);
      first = outcome;
    }
  }
}

}  // namespace rdm::test
