#include "supervised/lincls.h"

#include <torch/torch.h>

#include "base/error.h"
#include "supervised/labelled_run.h"
#include "supervised/linear_classifier.h"
#include "train/memory_fit.h"

namespace rdm {
namespace {

void warn_of_random_backbone(const LinclsOptions& options, const Setup& setup) {
  if (!options.pretrained.empty() || setup.resumed) return;
  setup.sink(WarningEvent{"random_backbone",
                          "no --pretrained checkpoint: the backbone has random weights"});
}

Summary train_here(const LinclsOptions& options, Setup setup) {
  auto dataset = labelled_images(options, setup, "rdm lincls");
  const int64_t memory = check_memory(options, dataset.size(), setup.device, setup.sink);
  auto loader = labelled_loader(options, setup, std::move(dataset), /*drop_last=*/false);
  LinearClassifier learner(options, static_cast<int64_t>(loader.dataset().classes.size()),
                           loader.steps_per_epoch(), setup.device, setup.group);
  warn_of_random_backbone(options, setup);
  return train_classifier(options, std::move(setup), loader, learner,
                          {{"pretrained", options.pretrained}, {"memory", memory}});
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
  announce(setup, at, /*steps=*/0, /*train=*/nullptr, &val, {{"pretrained", options.pretrained}});
  learner.begin();
  summary.epoch = at.epoch;
  summary.stopped = !evaluations.run(at.epoch, learner, setup.sink, setup.stop);
  evaluations.add_to(summary);
  return summary;
}

}  // namespace

Summary lincls(const LinclsOptions& options, const Sink& sink, std::stop_token stop) {
  return in_output_folder("lincls", options, /*writes=*/!options.evaluate, sink, stop,
                          [&](Setup setup) {
                            return options.evaluate ? evaluate_here(options, setup)
                                                    : train_here(options, std::move(setup));
                          });
}

}  // namespace rdm
