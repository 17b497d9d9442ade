// What a run is told, complete: TypeScript has resolved every default and checked every range. Each
// struct reads its own fields: a key is named once, beside the field that it fills, and one that is
// missing, unknown or wrongly typed is refused (Code::usage). Checked again is only what code here
// divides by or takes the room for: reader.positive().
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/dictionary_reader.h"
#include "checkpoint/branch.h"
#include "data/datasets/places.h"
#include "data/datasets/reference_datasets.h"
#include "data/loading/loader.h"
#include "data/subsets/few_labels.h"
#include "data/subsets/subset.h"
#include "distributed/options.h"
#include "methods/options.h"
#include "optim/options.h"
#include "optim/schedule.h"
#include "options/knn_vote.h"

namespace rdm {

enum class Precision { fp32, bf16, fp16 };

const char* name_of(Precision precision);

using Channels = std::array<float, 3>;

// Three numbers, or null.
void read_channels(DictionaryReader& reader, const char* key, std::optional<Channels>& into);

// The key `data`: a place or a list of several.
void read_places(DictionaryReader& reader, Places& into);

// The keys `labelFraction` and `labelsPerClass`.
inline void read_few_labels(DictionaryReader& reader, FewLabels& into) {
  reader.read("labelFraction", into.fraction);
  reader.read("labelsPerClass", into.per_class);
}

// Which images, and how they are read.
struct DataOptions {
  Places data;
  std::string val;     // the place of the validation images, `none`, or empty: those of the data
  std::string labels;  // a table with labels of the training images, or empty
  DatasetName dataset = DatasetName::custom;
  std::string output;  // folder for what a run writes, also its list of bad images
  int64_t workers = 0;
  int64_t crop_size = 0;  // pixels
  Subset subset;          // of the training images; of what is looked at: `exclude` and `images`
  std::string classes;    // a file with the classes to take, or empty
  std::optional<Channels> mean, std;  // in place of the dataset's
  Decode decode = Decode::exact;
  OnBadImage on_bad_image = OnBadImage::skip;
  int64_t max_image_pixels = 0;
  int64_t val_batch_size = 0;
  int64_t val_resize = 0;  // pixels, the shorter side; at least crop_size
  int64_t val_images_per_class = 0;

  void read(DictionaryReader& reader) {
    read_places(reader, data);
    reader.read("val", val);
    reader.read("labels", labels);
    reader.read("dataset", dataset,
                {{"custom", DatasetName::custom},
                 {"cifar10", DatasetName::cifar10},
                 {"cifar100", DatasetName::cifar100},
                 {"imagenet100", DatasetName::imagenet100},
                 {"imagenet", DatasetName::imagenet}});
    reader.read("output", output);
    reader.positive("workers", workers);
    reader.positive("cropSize", crop_size);
    reader.read("exclude", subset.exclude);
    reader.read("imagesPerClass", subset.images_per_class);
    reader.read("images", subset.images);
    reader.read("fraction", subset.fraction);
    read_channels(reader, "mean", mean);
    read_channels(reader, "std", std);
    reader.read("classes", classes);
    reader.read("decode", decode, {{"exact", Decode::exact}, {"fast", Decode::fast}});
    reader.read("onBadImage", on_bad_image,
                {{"skip", OnBadImage::skip}, {"stop", OnBadImage::stop}});
    reader.read("maxImagePixels", max_image_pixels);
    reader.positive("valBatchSize", val_batch_size);
    reader.positive("valResize", val_resize);
    reader.read("valImagesPerClass", val_images_per_class);
  }
};

// Which backbone, and what it runs on.
struct NetworkOptions : BackboneSpec {
  std::string device;  // auto, cpu, cuda
  std::optional<int64_t> gpu;
  Precision precision = Precision::fp32;
  std::optional<ProcessOptions> process;  // none: the only one

  void read(DictionaryReader& reader) {
    reader.read("arch", arch);
    reader.read("stem", stem.kind,
                {{"imagenet", Stem::Kind::imagenet}, {"cifar", Stem::Kind::cifar}});
    reader.read("stemPadding", stem.cifar_padding);
    reader.positive("patchSize", patch_size);
    reader.positive("cropSize", image_size);
    reader.read("device", device);
    reader.read("gpu", gpu);
    reader.read("precision", precision,
                {{"fp32", Precision::fp32}, {"bf16", Precision::bf16}, {"fp16", Precision::fp16}});
    if (const auto& inside = reader.dictionary("process"); !inside.is_null()) {
      process = read_whole<ProcessOptions>(inside);
    }
  }
};

// Flags that both programs of the reference have.
struct RunOptions : DataOptions, NetworkOptions {
  Plain record;                      // the dictionary these came from, kept in checkpoints
  std::set<std::string> may_differ;  // its keys whose values do not change a result
  int64_t epochs = 0;
  int64_t start_epoch = 0;
  int64_t batch_size = 0;  // of this node's processes together, and divisible by how many they are
  double lr = 0;           // per 256 images
  double momentum = 0;
  double weight_decay = 0;
  Schedule schedule;  // its shape; the run's lengths are filled in where it starts
  std::optional<int64_t> seed;
  int64_t print_freq = 0;
  std::string resume;          // a checkpoint to continue, `auto`, or empty
  bool resume_anyway = false;  // also one of another configuration
  int64_t checkpoint_steps = 0, checkpoint_seconds = 0;  // between two in mid-epoch; 0: none
  bool roll_back = false;                                // when training diverges; of one process
  int64_t max_steps = 0;  // stop after so many, as when asked to; 0: at the end

  int64_t own_batch() const;     // images of one process in a step
  int64_t global_batch() const;  // of all

  void read(DictionaryReader& reader) {
    record = reader.whole();
    DataOptions::read(reader);
    NetworkOptions::read(reader);
    reader.read("mayDiffer", may_differ);
    reader.read("epochs", epochs);
    reader.read("startEpoch", start_epoch);
    reader.positive("batchSize", batch_size);
    reader.read("lr", lr);
    reader.read("momentum", momentum);
    reader.read("weightDecay", weight_decay);
    reader.read("seed", seed);
    reader.positive("printFreq", print_freq);
    reader.read("resume", resume);
    reader.read("resumeAnyway", resume_anyway);
    reader.read("checkpointSteps", checkpoint_steps);
    reader.read("checkpointSeconds", checkpoint_seconds);
    reader.read("onDivergence", roll_back, {{"stop", false}, {"rollback", true}});
    reader.read("maxSteps", max_steps);
  }
};

struct PretrainOptions : RunOptions, OptimizerOptions {
  MethodOptions method;
  std::array<RandomView, 2> views;      // the large crops
  std::vector<RandomView> small_crops;  // one after another, each with its own size
  int64_t accumulate = 1;               // batches to an update
  bool online_classifier = false, momentum_classifier = false;
  double classifier_lr = 0;        // per 256 images
  int64_t rank_every = 0;          // steps between two rank events
  int64_t knn_every = 0;           // epochs between two evaluations by nearest neighbours; 0: none
  int64_t score_every = 0;         // epochs between two scores without labels; 0: none
  int64_t lens_every = 0;          // epochs between two looks at both branches; 0: none
  std::string init;                // a file whose backbone the run begins with, or empty
  int64_t head_warmup_epochs = 0;  // in which the backbone stays as it is
  double backbone_lr_factor = 1;   // of its rate to that of the heads
  int64_t keep = 0;                // how many of the last checkpoints stay; 0: all
  int64_t milestones = 0;          // how many more, spread over the run

  // Of a checkpoint's record. Throws Code::usage where a key is missing.
  static MethodOptions method_in(const Plain& record);

  void read(DictionaryReader& reader) {
    RunOptions::read(reader);
    OptimizerOptions::read(reader);
    read_method(reader);
    read_views(reader);
    read_schedule(reader);
    reader.positive("accumulate", accumulate);
    reader.read("onlineClassifier", online_classifier);
    reader.read("momentumClassifier", momentum_classifier);
    reader.read("classifierLr", classifier_lr);
    reader.positive("rankEvery", rank_every);
    reader.read("knnEvery", knn_every);
    reader.read("scoreEvery", score_every);
    reader.read("lensEvery", lens_every);
    reader.read("init", init);
    reader.read("headWarmupEpochs", head_warmup_epochs);
    reader.read("backboneLrFactor", backbone_lr_factor);
    reader.read("keep", keep);
    reader.read("milestones", milestones);
  }

 private:
  void read_method(DictionaryReader& reader);
  void read_views(DictionaryReader& reader);
  void read_schedule(DictionaryReader& reader);
};

enum class FeatureLayer { backbone, projector };

const char* name_of(FeatureLayer layer);

// Which features of a checkpoint.
struct LayerOptions {
  FeatureLayer features = FeatureLayer::backbone;
  Branch branch = Branch::online;

  void read(DictionaryReader& reader) {
    reader.read("features", features,
                {{"backbone", FeatureLayer::backbone}, {"projector", FeatureLayer::projector}});
    reader.read("branch", branch, {{"online", Branch::online}, {"momentum", Branch::momentum}});
  }
};

struct KnnOptions : DataOptions, NetworkOptions, LayerOptions {
  Plain record;            // the dictionary these came from
  std::string pretrained;  // empty: random weights
  std::vector<KnnVote> votes;

  void read(DictionaryReader& reader) {
    record = reader.whole();
    DataOptions::read(reader);
    NetworkOptions::read(reader);
    LayerOptions::read(reader);
    reader.read("pretrained", pretrained);
    for (const auto& vote : reader.list("votes")) votes.push_back(read_whole<KnnVote>(vote));
  }
};

struct SpectrumOptions : DataOptions, NetworkOptions {
  std::string pretrained;

  void read(DictionaryReader& reader) {
    DataOptions::read(reader);
    NetworkOptions::read(reader);
    reader.read("pretrained", pretrained);
  }
};

struct EmbedOptions : DataOptions, NetworkOptions, LayerOptions {
  std::string pretrained;
  std::string file;        // that is written row by row, beside the one that it becomes
  bool half = false;       // float16; else float32
  bool normalize = false;  // rows of length 1
  bool overwrite = false;  // what was begun with other options

  void read(DictionaryReader& reader) {
    DataOptions::read(reader);
    NetworkOptions::read(reader);
    LayerOptions::read(reader);
    reader.read("pretrained", pretrained);
    reader.read("file", file);
    reader.read("dtype", half, {{"float32", false}, {"float16", true}});
    reader.read("normalize", normalize);
    reader.read("overwrite", overwrite);
  }
};

struct FeatureSetOptions : SpectrumOptions, LayerOptions {
  int64_t thumbnail = 0;  // pixels on a side; 0: none

  void read(DictionaryReader& reader) {
    SpectrumOptions::read(reader);
    LayerOptions::read(reader);
    reader.read("thumbnail", thumbnail);
  }
};

}  // namespace rdm
