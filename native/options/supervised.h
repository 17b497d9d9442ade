// What a run is told that trains a classifier with labels: on a frozen backbone, or together with
// it.
#pragma once
#include <string>

#include "options/options.h"

namespace rdm {

struct ClassifierOptions : RunOptions {
  FewLabels few_labels;  // of the training images; its seed is the run's

  void read(DictionaryReader& reader) {
    RunOptions::read(reader);
    read_few_labels(reader, few_labels);
    reader.read("schedule", schedule.shape,
                {{"cosine", Schedule::Shape::cosine}, {"step", Schedule::Shape::step}});
    reader.read("lrSteps", schedule.milestones);
  }
};

struct LinclsOptions : ClassifierOptions {
  std::string pretrained;  // empty: random weights
  bool lars = false;
  bool evaluate = false;

  void read(DictionaryReader& reader) {
    ClassifierOptions::read(reader);
    reader.read("pretrained", pretrained);
    reader.read("lars", lars);
    reader.read("evaluate", evaluate);
  }
};

struct FinetuneOptions : ClassifierOptions, OptimizerOptions {
  std::string checkpoint;
  bool from_scratch = false;      // random weights in place of the checkpoint's
  bool freeze_bn = false;         // batch norms stay what they are
  double backbone_lr_factor = 1;  // of its rate to that of the classifier
  double label_smoothing = 0;     // share of a label that goes to all classes alike

  void read(DictionaryReader& reader) {
    ClassifierOptions::read(reader);
    OptimizerOptions::read(reader);
    reader.read("checkpoint", checkpoint);
    reader.read("fromScratch", from_scratch);
    reader.read("freezeBn", freeze_bn);
    reader.read("backboneLrFactor", backbone_lr_factor);
    reader.read("labelSmoothing", label_smoothing);
  }
};

}  // namespace rdm
