// What a run is told, complete: TypeScript has resolved every default. The dictionaries' keys are
// the fields in camelCase; a missing, unknown or wrongly typed key is refused (Code::usage).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/plain.h"
#include "checkpoint/branch.h"
#include "data/datasets/reference_datasets.h"
#include "data/loading/loader.h"
#include "distributed/options.h"
#include "methods/options.h"
#include "optim/schedule.h"
#include "options/knn_vote.h"

namespace rdm {

enum class Precision { fp32, bf16, fp16 };

const char* name_of(Precision precision);

// Which images, and how they are read.
struct DataOptions {
  std::string data;
  NamedDataset dataset = NamedDataset::custom;
  std::string output;  // folder for what a run writes, also its list of bad images
  int64_t workers = 0;
  int64_t crop_size = 0;         // pixels
  int64_t images_per_class = 0;  // 0: all
  std::string classes;           // a file with the classes to take, or empty
  Decode decode = Decode::exact;
  OnBadImage on_bad_image = OnBadImage::skip;
  int64_t max_image_pixels = 0;
  int64_t val_batch_size = 0;
  int64_t val_resize = 0;  // pixels, the shorter side
  int64_t val_images_per_class = 0;
};

// Which backbone, and what it runs on.
struct NetworkOptions {
  std::string arch;
  Stem stem;
  std::string device;  // auto, cpu, cuda
  std::optional<int64_t> gpu;
  Precision precision = Precision::fp32;
  std::optional<ProcessOptions> process;  // none: the only one
};

// Flags that both programs of the reference have.
struct RunOptions : DataOptions, NetworkOptions {
  Plain record;  // the dictionary these came from, kept in checkpoints
  int64_t epochs = 0;
  int64_t start_epoch = 0;
  int64_t batch_size = 0;  // of this node's processes together
  double lr = 0;           // per 256 images
  double momentum = 0;
  double weight_decay = 0;
  Schedule schedule;  // its shape; the run's lengths are filled in where it starts
  std::optional<int64_t> seed;
  int64_t print_freq = 0;
  std::string resume;          // a checkpoint to continue, `auto`, or empty
  bool resume_anyway = false;  // also one of another configuration
  int64_t checkpoint_steps = 0, checkpoint_seconds = 0;  // between two in mid-epoch; 0: none
  bool roll_back = false;                                // when training diverges
  int64_t max_steps = 0;  // stop after so many, as when asked to; 0: at the end

  int64_t own_batch() const;     // images of one process in a step
  int64_t global_batch() const;  // of all
};

struct PretrainOptions : RunOptions {
  MethodOptions method;
  std::array<RandomView, 2> views;
  std::optional<double> lars_eta;  // none: SGD
  int64_t accumulate = 1;          // batches to an update
  bool online_classifier = false, momentum_classifier = false;
  double classifier_lr = 0;  // per 256 images
  int64_t rank_every = 0;    // steps between two rank events
  int64_t knn_every = 0;     // epochs between two evaluations by nearest neighbours; 0: none
  int64_t keep = 0;          // how many checkpoints stay; 0: all
};

struct LinclsOptions : RunOptions {
  std::string pretrained;
  bool lars = false;
  bool evaluate = false;
};

enum class FeatureLayer { backbone, projector };

const char* name_of(FeatureLayer layer);

struct KnnOptions : DataOptions, NetworkOptions {
  Plain record;            // the dictionary these came from
  std::string pretrained;  // empty: random weights
  FeatureLayer features = FeatureLayer::backbone;
  Branch branch = Branch::online;
  std::vector<Vote> votes;
};

struct SpectrumOptions : DataOptions, NetworkOptions {
  std::string pretrained;
  int64_t images = 0;  // of the split val, evenly spaced; 0: all
};

struct FeatureSetOptions : SpectrumOptions {
  FeatureLayer features = FeatureLayer::backbone;
  Branch branch = Branch::online;
  int64_t thumbnail = 0;  // pixels on a side; 0: none
};

PretrainOptions pretrain_options(const Plain& dictionary);
LinclsOptions lincls_options(const Plain& dictionary);
KnnOptions knn_options(const Plain& dictionary);
SpectrumOptions spectrum_options(const Plain& dictionary);
FeatureSetOptions feature_set_options(const Plain& dictionary);

}  // namespace rdm
