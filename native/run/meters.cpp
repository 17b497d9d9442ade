#include "run/meters.h"

#include <torch/torch.h>

#include "base/error.h"

namespace rdm {
namespace {

// (V·N, k), bool: whether the n-th guess for an image is its label.
torch::Tensor guesses(const torch::Tensor& logits, const torch::Tensor& labels, int64_t k) {
  const torch::NoGradGuard no_grad;
  const auto truth = labels.repeat(logits.size(0) / labels.size(0)).unsqueeze(1);
  const auto best = logits.topk(std::min<int64_t>(k, logits.size(1)), /*dim=*/1);
  return std::get<1>(best).eq(truth);
}

}  // namespace

Meters::Meters(std::string phase, int64_t epoch, int64_t steps, torch::Device device)
    : epoch_start_(Clock::now()),
      times_(device),
      latest_(torch::zeros({4}, torch::TensorOptions(torch::kFloat64).device(device))),
      total_(latest_.clone()) {
  event_.phase = std::move(phase);
  event_.epoch = epoch;
  event_.steps_per_epoch = steps;
}

void Meters::update(const torch::Tensor& loss, int64_t images) {
  latest_[0].copy_(loss.detach()).mul_(images);
  images_ += images;
  step_images_ = images;
}

void Meters::accuracy(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto hits = guesses(logits, labels, 5);
  const auto views = static_cast<double>(logits.size(0) / labels.size(0));
  latest_[1].copy_(hits.slice(/*dim=*/1, 0, 1).sum()).div_(views);
  latest_[2].copy_(hits.sum()).div_(views);
  event_.has_accuracy = true;
}

void Meters::momentum_accuracy(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto views = static_cast<double>(logits.size(0) / labels.size(0));
  latest_[3].copy_(guesses(logits, labels, 1).sum()).div_(views);
  event_.has_momentum_accuracy = true;
}

void Meters::step_done() {
  total_.add_(latest_);
  times_.step_done();
  ++steps_;
}

torch::Tensor Meters::sums(Group* group) {
  const auto counts = torch::tensor(
      {static_cast<double>(step_images_), static_cast<double>(images_)}, torch::kFloat64);
  const auto all = torch::cat({latest_, total_, counts.to(latest_.device())});
  if (group) group->sum(all);
  const auto values = all.cpu();
  times_.read();
  return values;
}

StepEvent Meters::read(int64_t step, double lr, Group* group) {
  const auto values = sums(group);
  const auto* v = values.const_data_ptr<double>();
  const double latest_n = v[8], n = v[9];
  event_.step = step;
  event_.lr = lr;
  event_.images_per_second = n / seconds();
  const auto &latest = times_.latest(), &total = times_.total();
  event_.batch_seconds = {latest.batch, total.batch / static_cast<double>(steps_)};
  event_.data_seconds = {latest.data, total.data / static_cast<double>(steps_)};
  event_.loss = {v[0] / latest_n, v[4] / n};
  event_.top1 = {100 * v[1] / latest_n, 100 * v[5] / n};
  event_.top5 = {100 * v[2] / latest_n, 100 * v[6] / n};
  event_.momentum_top1 = {100 * v[3] / latest_n, 100 * v[7] / n};
  return event_;
}

EpochMeans Meters::means(Group* group) {
  const auto values = sums(group);
  const auto* v = values.const_data_ptr<double>();
  const double n = v[9];
  return {static_cast<int64_t>(n), v[4] / n, 100 * v[5] / n, 100 * v[6] / n, n / seconds()};
}

Metered Meters::state(Group* group) {
  const auto values = sums(group);
  const auto* v = values.const_data_ptr<double>();
  Metered metered{static_cast<int64_t>(v[9]), steps_, seconds(), times_.total().batch,
                  times_.total().data};
  std::copy_n(v + 4, metered.sums.size(), metered.sums.begin());
  return metered;
}

void Meters::restore(const Metered& state, bool first) {
  RDM_CHECK(state.images > 0 && state.steps > 0 && state.steps <= event_.steps_per_epoch,
            Code::internal, "meters of ", state.steps, " steps of ", event_.steps_per_epoch,
            " cannot go on");
  steps_ = state.steps;
  times_.restore({state.batch_seconds, state.data_seconds});
  epoch_start_ -=
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(state.seconds));
  if (!first) return;
  images_ = state.images;
  total_.copy_(torch::tensor(torch::ArrayRef<double>(state.sums), torch::kFloat64));
}

EpochEvent epoch_event(const Meters& meters, const EpochMeans& means, int64_t epoch,
                       const LoaderTimes& after, const LoaderTimes& before) {
  return {epoch,
          means.loss,
          meters.seconds(),
          means.images_per_second,
          after.decode - before.decode,
          after.augment - before.augment,
          after.consumer - before.consumer};
}

}  // namespace rdm
