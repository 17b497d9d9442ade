#include "supervised/labelled_run.h"

#include <torch/torch.h>

#include <utility>

#include "device/loading.h"
#include "run/output.h"
#include "run/output_lock.h"
#include "run/ranks.h"
#include "train/loop.h"

namespace rdm {

Summary in_output_folder(const char* command, const ClassifierOptions& options, bool writes,
                         const Sink& sink, const std::stop_token& stop,
                         const std::function<Summary(Setup)>& work) {
  prepare_output(options.output);
  Summary summary;
  in_group(options.process, options.record, sink, [&](Group* group, const Sink& heard) {
    std::optional<OutputLock> lock;
    if (is_first(group) && writes) lock.emplace(options.output, heard);
    summary = work(set_up(command, options, heard, stop, group));
  });
  return summary;
}

Dataset labelled_images(const ClassifierOptions& options, const Setup& setup,
                        const std::string& what) {
  auto few = options.few_labels;
  few.seed = setup.seed;
  return open_labelled(options, few, what);
}

Loader labelled_loader(const ClassifierOptions& options, const Setup& setup, Dataset dataset,
                       bool drop_last) {
  RandomView view;  // RandomResizedCrop(scale .08–1) and flip
  view.size = options.crop_size;
  view.min_scale = 0.08;
  view.jitter_p = view.grayscale_p = view.blur_p = 0;
  auto loader = loader_options(options, dataset, setup.seed, setup.device, setup.group);
  loader.batch_size = options.own_batch();
  loader.drop_last = drop_last && loader.share.size(dataset.size()) >= loader.batch_size;
  loader.augmentation = std::vector<RandomView>{view};
  return Loader(std::move(dataset), loader);
}

Summary train_classifier(const ClassifierOptions& options, Setup setup, Loader& loader,
                         Classifier& learner, Plain::Dict own) {
  Evaluations evaluations;
  evaluations.add_validation(options, &loader.dataset(), setup.device, setup.group);
  Run run(std::move(setup), {.numbered = false, .classes = loader.dataset().classes}, loader,
          learner, evaluations, std::move(own));
  return train(run, learner);
}

}  // namespace rdm
