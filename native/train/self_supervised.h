// Self-supervised pretraining: the method, and the online classifier beside it.
#pragma once
#include <memory>

#include "methods/method.h"
#include "methods/online_classifier.h"
#include "options/options.h"
#include "train/learner.h"
#include "train/updater.h"

namespace rdm {

class SelfSupervised : public Learner {
 public:
  // classes: C, of the online classifier; batches: of an epoch. Every rank of a group begins with
  // the weights of the first.
  SelfSupervised(const PretrainOptions& options, int64_t classes, int64_t batches,
                 torch::Device device, Group* group);

  void begin() override { train(true); }
  StepResult step(const DeviceBatch& batch, Position at) override;
  int64_t steps_per_epoch() const override { return updater_->steps_per_epoch(); }
  int64_t steps_per_update() const override { return updater_->steps_per_update(); }
  std::optional<RankEvent> measure(const StepResult& result, Position at) override;

  std::optional<WarningEvent> adapt() override;  // the solver of a filter that was not sound

  torch::Tensor features(const torch::Tensor& images) override;
  torch::Tensor classify(const torch::Tensor& images) override;  // by the online classifier
  void train(bool on) override;
  int64_t checkpoint_bytes() const override;
  void save(Checkpoint& into) override;
  void load(const Checkpoint& from, const std::string& path) override;

  int64_t parameters() const;
  Method& method() { return *method_; }

  // Begins with the backbone of this file; the heads stay as they were drawn. Every rank reads it.
  // Throws bad_checkpoint where it holds another architecture or another stem.
  InitEvent take_backbone(const std::string& path);

 private:
  std::vector<OptimizerGroup> parameter_groups(const PretrainOptions& options) const;
  void freeze_backbone(bool frozen);

  Group* group_;
  std::unique_ptr<Method> method_;
  OnlineClassifier classifier_{nullptr};  // registered in the method's module
  Precision precision_;
  int64_t rank_every_;
  BackboneSpec backbone_;
  int64_t head_warmup_epochs_;
  bool frozen_ = false;             // the backbone
  std::optional<Updater> updater_;  // from the moment that the network is in place
};

}  // namespace rdm
