// Linear evaluation: a linear classifier on a frozen backbone. Source: main_lincls.py.
#pragma once
#include "models/linear_probe.h"
#include "supervised/classifier.h"

namespace rdm {

class LinearClassifier : public Classifier {
 public:
  // On the backbone of options.pretrained, or on random weights where that is empty. classes: C;
  // batches: of an epoch. Every rank of a group begins with the weights of the first.
  LinearClassifier(const LinclsOptions& options, int64_t classes, int64_t batches,
                   torch::Device device, Group* group);

  // Takes the classifier of the same file as well, which is then evaluated as it is. Errors
  // (bad_checkpoint): the file holds none, or one of another number of classes.
  void take_classifier();

  void begin() override { probe_.freeze(); }

  torch::Tensor features(const torch::Tensor& images) override { return probe_.features(images); }
  torch::Tensor classify(const torch::Tensor& images) override { return probe_.forward(images); }
  void train(bool on) override {}  // the backbone stays in eval mode

  // The reference's sanity check, after the first epoch: the backbone is the pretrained one.
  std::optional<SanityCheckEvent> check() override;

 private:
  void adjust(Optimizer& optimizer) override;

  std::string path_;  // of the pretrained backbone
  LinearProbe probe_;
  StateDict pretrained_;  // the backbone as the file holds it; empty once it was checked
  StateDict classifier_;  // of the file; empty where it has none
  std::optional<double> larc_decay_;  // with LARC, which brings its own weight decay
};

}  // namespace rdm
