#include "evaluate/validation.h"

#include <torch/torch.h>

#include <algorithm>

#include "device/device.h"
#include "device/feed.h"
#include "device/loading.h"
#include "run/bad_images.h"
#include "run/meters.h"

namespace rdm {
Validation::Validation(const RunOptions& options, const Dataset* training, torch::Device device,
                       Group* group)
    : options_(options),
      device_(device),
      group_(group),
      loader_(evaluation_loader(options, open_validation(options), device, group)) {
  require_labels(dataset(), "validation");
  if (training) same_classes(*training, dataset());
}

std::optional<EvaluationEvent> Validation::run(
    int64_t epoch, const std::function<torch::Tensor(const torch::Tensor&)>& logits,
    double best_top1, const Sink& sink, const std::stop_token& stop) {
  const torch::NoGradGuard no_grad;
  const int64_t steps = loader_.steps_per_epoch();
  loader_.start(0);
  Feed feed(loader_, device_);
  Meters meters("validation", epoch, steps, device_);
  for (int64_t step = 0; auto batch = feed.next(); ++step) {
    if (group_) group_->check();
    meters.data_ready();
    torch::Tensor scores;
    {
      const Autocast autocast(device_, options_.precision);
      scores = logits(batch->views[0]).to(torch::kFloat32);
    }
    meters.update(torch::cross_entropy_loss(scores, batch->labels), batch->labels.size(0));
    meters.accuracy(scores, batch->labels);
    meters.step_done();
    if (step % options_.print_freq == 0) sink(meters.read(step, /*lr=*/0, /*group=*/nullptr));
    if (!group_ && stop.stop_requested() && step + 1 < steps) return std::nullopt;
  }
  report_bad_images(loader_, "val", options_.output, sink, bad_images_, group_);
  const auto means = meters.means(group_);
  const EvaluationEvent event{
      epoch, means.images, means.top1, means.top5, std::max(best_top1, means.top1), means.loss};
  sink(event);
  return event;
}

}  // namespace rdm
