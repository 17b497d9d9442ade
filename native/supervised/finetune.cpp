#include "supervised/finetune.h"

#include <torch/torch.h>

#include "device/memory.h"
#include "supervised/fine_tuner.h"
#include "supervised/labelled_run.h"
#include "train/memory_fit.h"

namespace rdm {
namespace {

Summary finetune_here(const FinetuneOptions& options, Setup setup) {
  auto dataset = labelled_images(options, setup, "rdm finetune");
  const int64_t memory = check_memory(options, dataset.size(), setup.device, setup.sink);
  // Batch norms make little of a few images.
  auto loader = labelled_loader(options, setup, std::move(dataset), /*drop_last=*/true);
  FineTuner learner(options, static_cast<int64_t>(loader.dataset().classes.size()),
                    loader.steps_per_epoch(), setup.device, setup.group);
  return train_classifier(
      options, std::move(setup), loader, learner,
      {{"pretrained", options.from_scratch ? "" : options.checkpoint}, {"memory", memory}});
}

}  // namespace

Summary finetune(const FinetuneOptions& options, const Sink& sink, std::stop_token stop) {
  keep_freed_memory();
  return in_output_folder("finetune", options, /*writes=*/true, sink, stop,
                          [&](Setup setup) { return finetune_here(options, std::move(setup)); });
}

}  // namespace rdm
