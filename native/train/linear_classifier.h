// Linear evaluation: a linear classifier on a frozen backbone. Source: main_lincls.py.
#pragma once
#include "models/linear_probe.h"
#include "options/options.h"
#include "train/learner.h"
#include "train/updater.h"

namespace rdm {

class LinearClassifier : public Learner {
 public:
  // On the backbone of options.pretrained, or on random weights where that is empty. classes: C;
  // batches: of an epoch. Every rank of a group begins with the weights of the first.
  LinearClassifier(const LinclsOptions& options, int64_t classes, int64_t batches,
                   torch::Device device, Group* group);

  // Takes the classifier of the same file as well, which is then evaluated as it is. Errors
  // (bad_checkpoint): the file holds none, or one of another number of classes.
  void take_classifier();

  void begin() override { probe_.freeze(); }
  StepResult step(const DeviceBatch& batch, Position at) override;
  int64_t steps_per_epoch() const override { return updater_->steps_per_epoch(); }

  torch::Tensor features(const torch::Tensor& images) override;
  torch::Tensor classify(const torch::Tensor& images) override { return probe_.forward(images); }
  void train(bool on) override {}  // the backbone stays in eval mode

  // The reference's sanity check, after the first epoch: the backbone is the pretrained one.
  std::optional<SanityCheckEvent> check() override;

  int64_t checkpoint_bytes() const override;
  void save(Checkpoint& into) override;
  void load(const Checkpoint& from, const std::string& path) override;

 private:
  std::string path_;  // of the pretrained backbone
  LinearProbe probe_;
  StateDict pretrained_;  // the backbone as the file holds it; empty once it was checked
  StateDict classifier_;  // fc.weight and fc.bias of the file; empty where it has none
  double larc_decay_;     // with LARC, which brings its own weight decay
  bool larc_;
  Precision precision_;
  std::optional<Updater> updater_;  // from the moment that the network is in place
};

}  // namespace rdm
