#include "train/pretrain.h"

#include <torch/torch.h>

#include "base/error.h"
#include "device/loading.h"
#include "device/memory.h"
#include "methods/table.h"
#include "run/output.h"
#include "run/output_lock.h"
#include "run/ranks.h"
#include "train/loop.h"
#include "train/memory_fit.h"
#include "train/self_supervised.h"

namespace rdm {
namespace {

// memory: bytes that the run is estimated to take.
Loader open_loader(const PretrainOptions& options, const Setup& setup, int64_t& memory) {
  auto dataset = open_training(options, options.online_classifier || options.knn_every > 0);
  memory = check_memory(options, dataset.size(), setup.device, setup.sink);
  auto loader = loader_options(options, dataset, setup.seed, setup.device, setup.group);
  loader.batch_size = options.own_batch();
  std::vector<RandomView> views(options.views.begin(), options.views.end());
  views.insert(views.end(), options.small_crops.begin(), options.small_crops.end());
  loader.augmentation = std::move(views);
  return Loader(std::move(dataset), loader);
}

void warn(const PretrainOptions& options, const Dataset& dataset, const Sink& sink) {
  const auto unless_empty = [&](const char* code, std::string text) {
    if (!text.empty()) sink(WarningEvent{code, std::move(text)});
  };
  if (options.method.filter) {
    unless_empty("filter_direction", warn_against_theory(*options.method.filter));
  }
  unless_empty("missing_classes", warn_of_missing_classes(options.dataset, dataset));
}

void begin_with(const std::string& weights, const Setup& setup, SelfSupervised& learner) {
  if (!setup.resumed) {
    setup.sink(learner.take_backbone(weights));
    return;
  }
  setup.sink(WarningEvent{"init_passed_over", message("it goes on from ", setup.resumed->path,
                                                      ", and --init is not read")});
}

Summary pretrain_here(const PretrainOptions& options, const Sink& sink, std::stop_token stop,
                      Group* group) {
  auto setup = set_up("pretrain", options, sink, std::move(stop), group);
  const auto device = setup.device;
  int64_t memory = 0;
  auto loader = open_loader(options, setup, memory);
  const auto& dataset = loader.dataset();
  if (options.online_classifier) require_labels(dataset, "--online-classifier");
  SelfSupervised learner(options, static_cast<int64_t>(dataset.classes.size()),
                         loader.steps_per_epoch(), device, group);
  Evaluations evaluations;
  if (options.online_classifier && has_validation(options)) {
    evaluations.add_validation(options, &dataset, device, group);
  }
  if (!options.init.empty()) {
    begin_with(options.init, setup, learner);
    evaluations.add_representation(options, dataset, device, group);
  }
  if (options.knn_every > 0) evaluations.add_neighbours(options, dataset, device, group);
  if (options.score_every > 0) evaluations.add_scores(options, dataset, device, group);
  if (options.lens_every > 0) {
    evaluations.add_lens(options, learner.method(), dataset, device, group);
  }
  // Between two milestones: rounded up, so that there are no more than were asked for.
  const Keep keep{.last = options.keep,
                  .every = options.milestones > 0
                               ? (options.epochs + options.milestones - 1) / options.milestones
                               : 0};
  Run run(std::move(setup), {.numbered = true, .keep = keep}, loader, learner, evaluations,
          {{"method", row_of(options.method.name).text},
           {"parameters", learner.parameters()},
           {"dim", compared_features(options.method)},
           {"memory", memory}});
  warn(options, dataset, sink);
  return train(run, learner);
}

}  // namespace

Summary pretrain(const PretrainOptions& options, const Sink& sink, std::stop_token stop) {
  prepare_output(options.output);
  keep_freed_memory();
  Summary summary;
  in_group(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    std::optional<OutputLock> lock;
    if (is_first(group)) lock.emplace(options.output, heard);
    summary = pretrain_here(options, heard, stop, group);
  });
  return summary;
}

}  // namespace rdm
