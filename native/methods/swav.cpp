// SwAV: each view predicts which prototypes the other was assigned to. One network sees both; what
// differs between the branches is Sinkhorn and Knopp's algorithm on the target's side.
// Source: Caron et al. 2020; solo-learn's swav.
#include <torch/torch.h>

#include "losses/sinkhorn.h"
#include "losses/swapped_prediction.h"
#include "methods/networks.h"
#include "methods/passes.h"
#include "methods/table.h"
#include "models/heads.h"
#include "models/prototypes.h"
#include "spectral/precision.h"

namespace rdm {
namespace {

class SwavImpl : public torch::nn::Module, public Method {
 public:
  explicit SwavImpl(const MethodOptions& options) : options_(options) {
    encoder_ = register_module("encoder", make_encoder(options, byol_head));
    prototypes_ =
        register_module("prototypes", Prototypes(options.dim, options.prototypes, /*learn=*/false));
    if (options.queue_size > 0) {
      queue_ =
          register_buffer("queue", torch::zeros({kLargeCrops, options.queue_size, options.dim}));
    }
  }

  std::vector<torch::Tensor> begin(int64_t epoch) override {
    epoch_ = epoch;
    if (epoch < options_.frozen_prototypes_epochs) return prototypes_->parameters();
    return {};
  }

  MethodOutput forward(const std::vector<torch::Tensor>& views, Group* group) override {
    MethodOutput out;
    std::vector<torch::Tensor> z, logits;  // (N, D) of unit length, (N, K)
    for (const auto& pass : passes(views)) {
      const ViewsApart apart(pass.views);
      const auto features = encoder_->features(pass.images);
      const auto outputs = unit_rows(encoder_->project(features));
      pass.append(out.features, features);
      pass.append(z, outputs);
      pass.append(logits, prototypes_->forward(outputs));
    }
    out.features.resize(kLargeCrops);
    const WithoutAutocast exactly;
    std::vector<torch::Tensor> targets;
    for (size_t view = 0; view < kLargeCrops; ++view) {
      targets.push_back(assignments(z[view].detach(), static_cast<int64_t>(view), group));
    }
    out.loss = swapped_prediction(logits, targets, options_.temperature);
    out.first.outputs = {torch::softmax(logits[0].detach() / options_.temperature, /*dim=*/1),
                         targets[1]};
    return out;
  }

  Pair branches(const torch::Tensor& images) override {
    const auto logits = prototypes_->forward(unit_rows(encoder_->forward(images)));
    return {logits, logits};
  }

  Between between(const Pair& rows) override {
    const auto predicted = torch::softmax(rows.online / options_.temperature, /*dim=*/1);
    const auto assigned = sinkhorn(rows.target, options_.sinkhorn);
    return {{predicted, assigned}, predicted, assigned};
  }

  std::vector<ParameterGroup> parameter_groups() override {
    return {{parameters_of({encoder_.get(), prototypes_.get()})}};
  }

  std::optional<FilterSpec>& filter() override { return options_.filter; }
  Encoder encoder() const override { return encoder_; }
  torch::nn::Module& module() override { return *this; }

 private:
  // Of this rank's rows z of a view, (N, K), among those of all ranks and of the queue, which then
  // takes them in.
  torch::Tensor assignments(const torch::Tensor& z, int64_t view, Group* group) {
    const torch::NoGradGuard no_grad;
    const auto rows = gather_rows(z, group);
    auto compared = rows;
    if (queue_.defined()) {
      const auto with_queue = torch::cat({rows, queue_[view]});
      if (epoch_ >= options_.queue_from_epoch) compared = with_queue;
      queue_[view].copy_(with_queue.slice(/*dim=*/0, 0, options_.queue_size));
    }
    const int64_t first = group ? group->rank() * z.size(0) : 0;
    return sinkhorn(prototypes_->forward(compared), options_.sinkhorn)
        .slice(/*dim=*/0, first, first + z.size(0));
  }

  MethodOptions options_;
  Encoder encoder_{nullptr};
  Prototypes prototypes_{nullptr};
  torch::Tensor queue_;  // (2, Q, D), of the images of all ranks: the newest first
  int64_t epoch_ = 0;
};

}  // namespace

std::unique_ptr<Method> make_swav(const MethodOptions& options) {
  return std::make_unique<SwavImpl>(options);
}

}  // namespace rdm
