// DINO and RDM_DINO: a student predicts what its momentum network, the teacher, makes of the other
// view. What keeps the branches apart is the teacher's centring and sharpening, or in their place a
// spectral filter of one branch's outputs before the prototypes.
// Source: Caron et al. 2021; solo-learn's dino.
#include <torch/torch.h>

#include "losses/centring.h"
#include "losses/swapped_prediction.h"
#include "methods/momentum.h"
#include "methods/networks.h"
#include "methods/passes.h"
#include "methods/rank_difference.h"
#include "methods/table.h"
#include "models/heads.h"
#include "models/prototypes.h"
#include "spectral/precision.h"

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
    std::vector<torch::Tensor> student, teacher, targets;  // of each crop, (N, D)
    for (const auto& pass : passes(views)) {
      const ViewsApart apart(pass.views);
      const auto features = encoder_->features(pass.images);
      pass.append(out.features, features);
      pass.append(student, encoder_->project(features));
    }
    out.features.resize(kLargeCrops);
    for (const auto& pass : passes({views.begin(), views.begin() + kLargeCrops})) {
      const torch::NoGradGuard no_grad;
      const ViewsApart apart(pass.views);
      const auto features = momentum_encoder_->features(pass.images);
      pass.append(out.momentum_features, features);
      pass.append(teacher, momentum_encoder_->project(features));
    }
    const WithoutAutocast exactly;
    out.first.sound = apply_filter(student, teacher, group);
    const auto predicted = logits_of(student, prototypes_).chunk(student.size());
    const auto taught = logits_of(teacher, momentum_prototypes_);
    for (const auto& logits : taught.chunk(kLargeCrops)) targets.push_back(target_of(logits));
    out.loss = swapped_prediction(predicted, targets, options_.temperature);
    if (!options_.filter) move_centre(centre_, taught, options_.centre_momentum, group);
    out.first.outputs = {as_student(predicted[0].detach()), targets[1]};
    return out;
  }

  // Without a filter, what stands between them comes behind the prototypes.
  Pair branches(const torch::Tensor& images) override {
    const Pair outputs{encoder_->forward(images), momentum_encoder_->forward(images)};
    if (options_.filter) return outputs;
    return {logits_of({outputs.online}, prototypes_),
            logits_of({outputs.target}, momentum_prototypes_)};
  }

  // With a filter, its features before and after it; else the teacher as it would be without centre
  // and with the student's temperature, and as it is.
  Between between(const Pair& rows) override {
    if (!options_.filter) {
      const auto target = target_of(rows.target);
      return {{as_student(rows.online), target}, as_student(rows.target), target};
    }
    std::vector<torch::Tensor> online{rows.online}, target{rows.target};
    apply_filter(online, target, /*group=*/nullptr);
    const Pair compared{as_student(logits_of(online, prototypes_)),
                        target_of(logits_of(target, momentum_prototypes_))};
    if (options_.filter->location == FilterLocation::online) {
      return {compared, rows.online, online[0]};
    }
    return {compared, rows.target, target[0]};
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
  // Puts the outputs of every crop of one branch through the filter, where there is one. Returns
  // whether all of them are sound, as Compared has it.
  torch::Tensor apply_filter(std::vector<torch::Tensor>& student,
                             std::vector<torch::Tensor>& teacher, Group* group) {
    torch::Tensor sound;
    if (!options_.filter) return sound;
    auto& branch = options_.filter->location == FilterLocation::online ? student : teacher;
    const auto after = filtered(branch, *options_.filter, group);
    for (size_t crop = 0; crop < branch.size(); ++crop) {
      branch[crop] = after[crop].rows;
      sound = sound.defined() ? sound & after[crop].sound : after[crop].sound;
    }
    return sound;
  }

  // outputs: of crops, (N, D) each; crop after crop (V·N, K).
  static torch::Tensor logits_of(const std::vector<torch::Tensor>& outputs, Prototypes prototypes) {
    return prototypes->forward(unit_rows(torch::cat(outputs)));
  }

  torch::Tensor as_student(const torch::Tensor& logits) const {
    return torch::softmax(logits / options_.temperature, /*dim=*/1);
  }

  // Neither centred nor sharpened where a filter has that place.
  torch::Tensor target_of(const torch::Tensor& logits) const {
    if (options_.filter) return as_student(logits);
    return centred_and_sharpened(logits, centre_, options_.teacher_temperature.at(epoch_));
  }

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
