// DINO: a student predicts what its momentum network, the teacher, makes of the other view. What
// keeps the branches apart is the teacher's centring and sharpening.
// Source: Caron et al. 2021; solo-learn's dino.
#include <torch/torch.h>

#include "losses/swapped_prediction.h"
#include "methods/momentum.h"
#include "methods/networks.h"
#include "methods/passes.h"
#include "methods/table.h"
#include "models/heads.h"
#include "models/precision.h"
#include "models/prototypes.h"

namespace rdm {
namespace {

class DinoImpl : public torch::nn::Module, public Method {
 public:
  explicit DinoImpl(const MethodOptions& options) : options_(options) {
    const auto make_prototypes = [&] {
      return Prototypes(options.dim, options.prototypes, options.learn_prototype_lengths);
    };
    encoder_ = register_module("encoder", make_encoder(options, dino_head));
    prototypes_ = register_module("prototypes", make_prototypes());
    momentum_encoder_ = register_module("momentum_encoder", make_encoder(options, dino_head));
    momentum_prototypes_ = register_module("momentum_prototypes", make_prototypes());
    centre_ = register_buffer("centre", torch::zeros({1, options.prototypes}));
    restart();
  }

  void restart() override {
    start_as_copy(*momentum_encoder_, *encoder_);
    start_as_copy(*momentum_prototypes_, *prototypes_);
  }

  std::vector<torch::Tensor> begin(int64_t epoch) override {
    epoch_ = epoch;
    if (epoch < options_.frozen_prototypes_epochs) return prototypes_->parameters();
    return {};
  }

  MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) override {
    MethodOutput out;
    std::vector<torch::Tensor> student, teacher, targets;  // (N, K)
    for (const auto& pass : passes(views)) {
      const ViewsApart apart(pass.views);
      const auto features = encoder_->features(pass.images);
      pass.append(out.features, features);
      pass.append(student, prototypes_->forward(unit_rows(encoder_->project(features))));
    }
    out.features.resize(kLargeCrops);
    for (const auto& pass : passes({views.begin(), views.begin() + kLargeCrops})) {
      const torch::NoGradGuard no_grad;
      const ViewsApart apart(pass.views);
      const auto features = momentum_encoder_->features(pass.images);
      pass.append(out.momentum_features, features);
      pass.append(teacher,
                  momentum_prototypes_->forward(unit_rows(momentum_encoder_->project(features))));
    }
    const WithoutAutocast exactly;
    const double temperature = options_.teacher_temperature.at(epoch_);
    for (const auto& logits : teacher) {
      targets.push_back(centred_and_sharpened(logits, centre_, temperature));
    }
    out.loss = swapped_prediction(student, targets, options_.temperature);
    move_centre(centre_, torch::cat(teacher), options_.centre_momentum, group);
    out.first.outputs = {torch::softmax(student[0].detach() / options_.temperature, /*dim=*/1),
                         targets[1]};
    return out;
  }

  Pair branches(const torch::Tensor& images) override {
    const auto student = prototypes_->forward(unit_rows(encoder_->forward(images)));
    return {student, momentum_prototypes_->forward(unit_rows(momentum_encoder_->forward(images)))};
  }

  // The teacher as it would be without centre and with the student's temperature, and as it is.
  Between between(const Pair& rows) override {
    const auto as_student = [&](const torch::Tensor& logits) {
      return torch::softmax(logits / options_.temperature, /*dim=*/1);
    };
    const auto target =
        centred_and_sharpened(rows.target, centre_, options_.teacher_temperature.at(epoch_));
    return {{as_student(rows.online), target}, as_student(rows.target), target};
  }

  void after_update(int64_t updates, int64_t total) override {
    const double tau = momentum_tau(options_.base_tau, options_.final_tau, updates - 1, total);
    update_momentum(*momentum_encoder_, *encoder_, tau);
    update_momentum(*momentum_prototypes_, *prototypes_, tau);
  }

  std::vector<ParameterGroup> parameter_groups() override {
    return {{parameters_of({encoder_.get(), prototypes_.get()})}};
  }

  std::optional<FilterSpec>& filter() override { return options_.filter; }
  Encoder encoder() const override { return encoder_; }
  torch::nn::Module& module() override { return *this; }

 private:
  MethodOptions options_;
  Encoder encoder_{nullptr}, momentum_encoder_{nullptr};
  Prototypes prototypes_{nullptr}, momentum_prototypes_{nullptr};
  torch::Tensor centre_;  // (1, K), of the teacher's logits
  int64_t epoch_ = 0;
};

}  // namespace

std::unique_ptr<Method> make_dino(const MethodOptions& options) {
  return std::make_unique<DinoImpl>(options);
}

}  // namespace rdm
