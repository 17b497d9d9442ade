#include "train/lincls.h"

#include <torch/torch.h>

#include "base/error.h"
#include "device/loading.h"
#include "run/output.h"
#include "run/output_lock.h"
#include "run/ranks.h"
#include "train/linear_classifier.h"
#include "train/loop.h"
#include "train/memory_fit.h"

namespace rdm {
namespace {

// memory: bytes that the run is estimated to take.
Loader open_loader(const LinclsOptions& options, const Setup& setup, int64_t& memory) {
  auto dataset = open_training(options, /*labelled=*/true);
  require_labels(dataset, "rdm lincls");
  memory = check_memory(options, dataset.size(), setup.device, setup.sink);
  RandomView view;  // RandomResizedCrop(scale .08–1) and flip
  view.size = options.crop_size;
  view.min_scale = 0.08;
  view.jitter_p = view.grayscale_p = view.blur_p = 0;
  auto loader = loader_options(options, dataset, setup.seed, setup.device, setup.group);
  loader.batch_size = options.own_batch();
  loader.drop_last = false;
  loader.augmentation = std::vector<RandomView>{view};
  return Loader(std::move(dataset), loader);
}

Plain::Dict own_details(const LinclsOptions& options) {
  return {{"pretrained", options.pretrained}};
}

void warn(const LinclsOptions& options, bool resumed, const Sink& sink) {
  if (!options.pretrained.empty() || resumed) return;
  sink(WarningEvent{"random_backbone",
                    "no --pretrained checkpoint: the backbone has random weights"});
}

Summary train_here(const LinclsOptions& options, Setup setup) {
  int64_t memory = 0;
  auto loader = open_loader(options, setup, memory);
  Evaluations evaluations;
  evaluations.add_validation(options, &loader.dataset(), setup.device, setup.group);
  LinearClassifier learner(options, static_cast<int64_t>(loader.dataset().classes.size()),
                           loader.steps_per_epoch(), setup.device, setup.group);
  const bool resumed = setup.resumed.has_value();
  const auto& sink = setup.sink;
  auto own = own_details(options);
  own.emplace_back("memory", memory);
  Run run(std::move(setup), {.numbered = false, .classes = loader.dataset().classes}, loader,
          learner, evaluations, std::move(own));
  warn(options, resumed, sink);
  return train(run, learner);
}

Summary evaluate_here(const LinclsOptions& options, const Setup& setup) {
  if (options.pretrained.empty() && !setup.resumed) {
    throw Error(Code::usage, "there is no classifier to evaluate",
                "give one that rdm lincls trained: -e --pretrained DIR/model_best.pth.tar");
  }
  Evaluations evaluations;
  evaluations.add_validation(options, /*train=*/nullptr, setup.device, setup.group);
  const auto& val = *evaluations.val();
  LinearClassifier learner(options, static_cast<int64_t>(val.classes.size()), /*batches=*/1,
                           setup.device, setup.group);
  Position at{options.start_epoch, 0};
  Summary summary;
  if (setup.resumed) {
    at = take_up(*setup.resumed, learner, evaluations);
    summary.checkpoint = setup.resumed->path;
  } else {
    learner.take_classifier();
  }
  announce(setup, at, /*steps=*/0, /*train=*/nullptr, &val, own_details(options));
  learner.begin();
  summary.epoch = at.epoch;
  summary.stopped = !evaluations.run(at.epoch, learner, setup.sink, setup.stop);
  evaluations.add_to(summary);
  return summary;
}

}  // namespace

Summary lincls(const LinclsOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  Summary summary;
  in_group(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    std::optional<OutputLock> lock;  // evaluating writes no checkpoint
    if (is_first(group) && !options.evaluate) lock.emplace(options.output, heard);
    auto setup = set_up("lincls", options, heard, stop, group);
    summary =
        options.evaluate ? evaluate_here(options, setup) : train_here(options, std::move(setup));
  });
  return summary;
}

}  // namespace rdm
