// A run that trains a classifier with labels: its images, its folder, its validation after every
// epoch, its checkpoints.
#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "data/loading/loader.h"
#include "run/setup.h"
#include "run/summary.h"
#include "supervised/classifier.h"

namespace rdm {

// Does `work` in the output folder, which is the run's own where it writes; in several processes,
// with their group.
Summary in_output_folder(const char* command, const ClassifierOptions& options, bool writes,
                         const Sink& sink, const std::stop_token& stop,
                         const std::function<Summary(Setup)>& work);

// The training images, of which few may have labels. what: needs them.
Dataset labelled_images(const ClassifierOptions& options, const Setup& setup,
                        const std::string& what);

// Of each image a random crop, perhaps mirrored. drop_last: a batch that is not full, unless it is
// the only one.
Loader labelled_loader(const ClassifierOptions& options, const Setup& setup, Dataset dataset,
                       bool drop_last);

// Validates after every epoch, and writes checkpoint.pth.tar and model_best.pth.tar, which name the
// classes. own: what the command says of itself.
Summary train_classifier(const ClassifierOptions& options, Setup setup, Loader& loader,
                         Classifier& learner, Plain::Dict own);

}  // namespace rdm
