#include "train/validation.h"

#include <torch/torch.h>

#include <algorithm>

#include "base/error.h"
#include "train/device.h"
#include "train/feed.h"
#include "train/loading.h"
#include "train/meters.h"

namespace rdm {
namespace {

void same_classes(const Dataset& train, const Dataset& val) {
  if (train.classes == val.classes) return;
  std::vector<std::string> different;
  std::set_symmetric_difference(train.classes.begin(), train.classes.end(), val.classes.begin(),
                                val.classes.end(), std::back_inserter(different));
  throw Error(Code::bad_data,
              message("the classes of train (", train.classes.size(), ") and val (",
                      val.classes.size(), ") in ", train.root, " differ, first in ", different[0]),
              "both folders must have the same class folders");
}

}  // namespace

Validation::Validation(const RunOptions& options, const Dataset* training, uint64_t seed,
                       torch::Device device)
    : options_(options), device_(device), loader_(open(options, seed)) {
  if (training) same_classes(*training, dataset());
}

Loader Validation::open(const RunOptions& options, uint64_t seed) const {
  auto dataset = open_split(options, "val", options.val_images_per_class);
  auto loader = loader_options(options, dataset, seed, device_);
  loader.batch_size = options.val_batch_size;
  loader.shuffle = false;
  loader.drop_last = false;
  loader.recipe = CentreView{options.val_resize, options.crop_size};
  return Loader(std::move(dataset), loader);
}

std::optional<EvaluationEvent> Validation::run(
    int64_t epoch, const std::function<torch::Tensor(const torch::Tensor&)>& logits,
    double& best_top1, const Sink& sink, std::stop_token stop) {
  const torch::NoGradGuard no_grad;
  const int64_t steps = loader_.steps_per_epoch();
  loader_.start(0);
  Feed feed(loader_, device_);
  Meters meters("validation", epoch, steps, device_);
  for (int64_t step = 0; auto batch = feed.next(); ++step) {
    meters.data_ready();
    torch::Tensor scores;
    {
      const Autocast autocast(device_, options_.precision);
      scores = logits(batch->views[0]).to(torch::kFloat32);
    }
    meters.update(torch::cross_entropy_loss(scores, batch->labels), batch->labels.size(0));
    meters.accuracy(scores, batch->labels);
    meters.step_done();
    if (step % options_.print_freq == 0) sink(meters.read(step, /*lr=*/0));
    if (stop.stop_requested() && step + 1 < steps) return std::nullopt;
  }
  report_bad_images(loader_, "val", options_.output, sink, bad_images_);
  const double top1 = meters.top1();
  best_top1 = std::max(best_top1, top1);
  EvaluationEvent event{epoch, meters.images(), top1, meters.top5(), best_top1, meters.mean_loss()};
  sink(event);
  return event;
}

}  // namespace rdm
