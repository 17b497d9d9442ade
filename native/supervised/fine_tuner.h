// Fine-tuning: the whole network learns with its new classifier.
#pragma once
#include "supervised/classifier.h"

namespace rdm {

class FineTuner : public Classifier {
 public:
  // On the backbone of options.checkpoint, or on random weights. classes: C; batches: of an epoch.
  // Every rank of a group begins with the weights of the first.
  FineTuner(const FinetuneOptions& options, int64_t classes, int64_t batches, torch::Device device,
            Group* group);

  void begin() override { train(true); }

  torch::Tensor features(const torch::Tensor& images) override;
  torch::Tensor classify(const torch::Tensor& images) override;
  void train(bool on) override;

 private:
  bool freeze_bn_;
};

}  // namespace rdm
